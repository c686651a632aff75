"""Takes every network out to ONNX and PyTorch and back in, and prints how far the numbers differ, as a table.

    Benchmarks/with-python.sh peers Benchmarks/interchange.py PHOTOS [--only resnet18 ...] [--devices cpu opencl]

PHOTOS is a folder with a few pictures. Weights are torchvision's initial ones, made from a seed: batch normalisation's
statistics are drawn too, and the head is scaled so that probabilities are not all alike. A row holds the largest difference of a
probability and, in brackets, the normalised squared error of the logits, over all pictures and devices:

    to ONNX Runtime     ocellus export, run by ONNX Runtime, against ocellus predict; the checker accepts the file
    with preprocessing  the same with the preprocessing in the graph
    and back            that export, imported, against ocellus predict of the model that it came from
    from TorchScript    torch.onnx.export, imported, against ONNX Runtime on the same file
    from dynamo         the same of PyTorch's newer exporter
    to PyTorch          ocellus export --format safetensors, loaded by load_state_dict, against the weights it began with
"""

import argparse
import json
import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy
import onnx
import onnxruntime
import safetensors.torch
import torch
import torchvision
from PIL import Image

OCELLUS = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release" / "ocellus"
NETWORKS = [
    "simple", "squeezenet1_1", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "resnet18", "resnet34", "resnet50",
    "efficientnet_b0", "convnext_tiny",
]
COLUMNS = ["to ONNX Runtime", "with preprocessing", "and back", "from TorchScript", "from dynamo", "to PyTorch"]
SIZE, CLASSES = 224, 1000
MEAN, DEVIATION = numpy.array([0.485, 0.456, 0.406]), numpy.array([0.229, 0.224, 0.225])


class Simple(torch.nn.Sequential):
    """The guide's network, with the names of Ocellus' tensors. PyTorch flattens with the channels first."""

    def __init__(self):
        super().__init__()
        for name, layer in [
            ("conv1", torch.nn.Conv2d(3, 32, 3)), ("relu1", torch.nn.ReLU()), ("pool1", torch.nn.MaxPool2d(2)),
            ("conv2", torch.nn.Conv2d(32, 64, 3)), ("relu2", torch.nn.ReLU()), ("pool2", torch.nn.MaxPool2d(2)),
            ("flatten", torch.nn.Flatten()), ("dense1", torch.nn.Linear(64 * 54 * 54, 64)), ("relu3", torch.nn.ReLU()),
            ("dense2", torch.nn.Linear(64, CLASSES)),
        ]:
            self.add_module(name, layer)


def pictures(folder, target):
    """Writes each picture as a PNG of the network's size, so that every program sees the same pixels."""
    files, pixels = [], []
    for place, file in enumerate(sorted(folder.iterdir())):
        picture = Image.open(file).convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        files.append(target / f"{place}.png")
        picture.save(files[-1])
        pixels.append(numpy.asarray(picture))
    return files, numpy.stack(pixels)


def network(name, images):
    """A network with made-up weights, whose logits spread by about three."""
    torch.manual_seed(1)
    model = Simple() if name == "simple" else getattr(torchvision.models, name)(weights=None)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)
        if hasattr(module, "layer_scale"):
            module.layer_scale.data.uniform_(0.1, 1)
    model.eval()
    head = [module for module in model.modules() if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d))][-1]
    with torch.no_grad():
        spread = model(images).std(dim=1).mean()
        head.weight *= 3 / spread
        head.bias *= 3 / spread
    return model


def ocellus(*words):
    """Runs the command and gives its output."""
    result = subprocess.run([OCELLUS, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"ocellus {' '.join(map(str, words[:2]))}: {result.stderr.strip()[-500:]}")
    return result.stdout


def predicted(model, files, device):
    """The probabilities of all classes, in their order."""
    lines = ocellus("predict", model, *files, "--top", str(CLASSES), "--json", "--device", device).splitlines()
    rows = []
    for line in lines:
        row = numpy.zeros(CLASSES, numpy.float32)
        for candidate in json.loads(line)["top"]:
            row[int(candidate["class"])] = candidate["confidence"]
        rows.append(row)
    return numpy.stack(rows)


def run_onnx(path, images):
    """What ONNX Runtime makes of the file's only input."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: images})[0]


def softmax(logits):
    """Probabilities of logits."""
    exponentials = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def difference(found, wanted):
    """The largest difference of a probability, and the normalised squared error of the logits: of the logarithms less their mean,
    which the softmax leaves of them."""
    tiny = numpy.finfo(numpy.float32).tiny
    logits = [numpy.log(numpy.maximum(values.astype(numpy.float64), tiny)) for values in (found, wanted)]
    logits = [values - values.mean(axis=1, keepdims=True) for values in logits]
    error = ((logits[0] - logits[1]) ** 2).sum() / (logits[1] ** 2).sum()
    return float(numpy.abs(found - wanted).max()), float(error)


def worst(differences):
    """The worst of several differences."""
    return tuple(max(values) for values in zip(*differences))


def export_from_torch(model, path, images, is_dynamo):
    """PyTorch's own exports; the newer exporter wants an example of more than one picture."""
    if is_dynamo:
        batch = torch.export.Dim("batch", min=2)
        torch.onnx.export(
            model, (images[:2],), str(path), dynamo=True, external_data=False, dynamic_shapes=({0: batch},), verbose=False)
    else:
        axes = {"input": {0: "batch"}, "output": {0: "batch"}}
        torch.onnx.export(
            model, images[:1], str(path), dynamo=False, input_names=["input"], output_names=["output"], dynamic_axes=axes,
            opset_version=17)


def ways(name, files, pixels, labels, folder, devices):
    """Each column's difference for one network."""
    images = torch.from_numpy(((pixels / 255 - MEAN) / DEVIATION).transpose(0, 3, 1, 2).astype(numpy.float32)).contiguous()
    model = network(name, images)
    model_folder = folder / name
    safetensors.torch.save_file(model.state_dict(), folder / "weights.safetensors")
    options = ["--classes", labels, "--preprocessing", "imagenet", "--resizing", "stretch"]
    ocellus("import", folder / "weights.safetensors", "--network", name, *options, "--output", model_folder)
    ours = [predicted(model_folder, files, device) for device in devices]

    exported = folder / f"{name}.onnx"
    ocellus("export", model_folder, "--format", "onnx", "--output", exported)
    onnx.checker.check_model(str(exported), full_check=True)
    theirs = run_onnx(exported, images.numpy())
    yield "to ONNX Runtime", lambda: worst(difference(theirs, own) for own in ours)

    def with_preprocessing():
        path = folder / f"{name}-pictures.onnx"
        ocellus("export", model_folder, "--format", "onnx", "--preprocessing", "--output", path)
        onnx.checker.check_model(str(path), full_check=True)
        results = run_onnx(path, pixels)
        back = folder / f"{name}-pictures"
        ocellus("import", path, "--output", back)
        return worst([*(difference(results, own) for own in ours), difference(predicted(back, files, "cpu"), ours[0])])

    def back():
        path = folder / f"{name}-back"
        ocellus("import", exported, "--output", path)
        return worst(difference(predicted(path, files, device), own) for device, own in zip(devices, ours))

    def from_torch(is_dynamo):
        path = folder / f"{name}-torch.onnx"
        export_from_torch(model, path, images, is_dynamo)
        results = softmax(run_onnx(path, images.numpy()))
        imported = folder / f"{name}-{is_dynamo}"
        ocellus("import", path, *options, "--output", imported)
        return worst(difference(predicted(imported, files, device), results) for device in devices)

    def to_torch():
        path = folder / "exported.safetensors"
        ocellus("export", model_folder, "--format", "safetensors", "--output", path)
        copy = Simple() if name == "simple" else getattr(torchvision.models, name)(weights=None)
        copy.load_state_dict(safetensors.torch.load_file(path))
        with torch.no_grad():
            results = [softmax(network.eval()(images).numpy()) for network in (copy, model)]
        return difference(*results)

    yield "with preprocessing", with_preprocessing
    yield "and back", back
    yield "from TorchScript", lambda: from_torch(False)
    yield "from dynamo", lambda: from_torch(True)
    yield "to PyTorch", to_torch


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("--only", nargs="+", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--columns", nargs="+", choices=COLUMNS, default=COLUMNS)
    parser.add_argument("--devices", nargs="+", default=["cpu"], help="as ocellus predict --device takes them")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)

    print("| | " + " | ".join(options.columns) + " |\n|---|" + "---:|" * len(options.columns))
    failures = 0
    for name in options.only:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            files, pixels = pictures(options.photos, folder)
            labels = folder / "labels.txt"
            labels.write_text("".join(f"{place}\n" for place in range(CLASSES)))
            cells = []
            for column, way in ways(name, files, pixels, labels, folder, options.devices):
                if column not in options.columns:
                    continue
                try:
                    largest, error = way()
                    failures += not (largest <= 1e-5 or error <= 1e-7)
                    cells.append(f"{largest:.1e} ({error:.0e})")
                except Exception as problem:
                    failures += 1
                    cells.append("failed")
                    print(f"{name}, {column}: {str(problem)[-600:]}", file=sys.stderr)
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
