"""Logits of torchvision's networks for weights and pictures that follow from their names, as architectures.json.

    pip install torch==2.* torchvision==0.* timm==1.* numpy pillow
    python make_architectures.py FOLDER

FOLDER has hot_dog.jpg and parrot.jpg, the photos on which the networks are tried as well; without them, the logits of
photos are left out.

Each tensor's element i is `low + (high - low) * u`, where u in 0...1 is a hash of i and the tensor's name, so that the same
values can be made elsewhere without a file. See `GoldenNetworks.swift`.
"""

import json
import pathlib
import sys

import numpy
import timm
import torch
import torchvision
from PIL import Image

NETWORKS = [
    "squeezenet1_1",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "mobilenet_v3_large",
    "efficientnet_b0",
    "convnext_tiny",
    "resnet18",
    "resnet34",
    "resnet50",
]
# Those whose tensors timm names otherwise.
TIMM = {
    "mobilenet_v2": "mobilenetv2_100",
    "mobilenet_v3_small": "mobilenetv3_small_100",
    "mobilenet_v3_large": "mobilenetv3_large_100",
    "efficientnet_b0": "efficientnet_b0",
    "convnext_tiny": "convnext_tiny",
}
SIZE, SAMPLES, CLASSES = 64, 2, 10
PHOTOS, PHOTO_SIZE = ["hot_dog.jpg", "parrot.jpg"], 224


def uniform(name, count, low, high):
    seed = 0x811C9DC5
    for byte in name.encode():  # FNV-1a
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (numpy.arange(count, dtype=numpy.uint64) * 0x9E3779B9 + seed).astype(numpy.uint32)
    x ^= x >> 16
    x *= numpy.uint32(0x7FEB352D)
    x ^= x >> 15
    x *= numpy.uint32(0x846CA68B)
    x ^= x >> 16
    unit = (x >> 8).astype(numpy.float64) * 2.0**-24
    return (low + (high - low) * unit).astype(numpy.float32)


def values(name, tensor):
    if name.endswith("running_var"):
        low, high = 0.5, 1.5
    elif tensor.dim() >= 2 and not name.endswith("layer_scale"):
        high = (6 / tensor[0].numel()) ** 0.5
        low = -high
    elif name.endswith("weight"):
        low, high = 0.5, 1.5
    else:
        low, high = -0.2, 0.2
    array = uniform(name, tensor.numel(), low, high)
    return torch.from_numpy(array).reshape(tensor.shape)


def weighted(name):
    """Torchvision's network with those weights."""
    network = getattr(torchvision.models, name)(num_classes=CLASSES)
    state = network.state_dict()
    for key, tensor in state.items():
        if tensor.is_floating_point():
            state[key] = values(key, tensor)
    network.load_state_dict(state)
    return network.eval().double()


def logits(network, pictures):
    """What a network answers to pictures of `[N, height, width, 3]`."""
    with torch.no_grad():
        result = network(torch.from_numpy(pictures).permute(0, 3, 1, 2).double())
    return [float(numpy.float32(x)) for x in result.flatten()]


def in_timm(name, reference):
    """timm's network with torchvision's weights, tensor by tensor in the networks' order, and its names by torchvision's."""
    network = timm.create_model(name, pretrained=False, num_classes=CLASSES)
    taken = list(reference.state_dict().items())
    state = network.state_dict()
    names = {}
    for (key, tensor), (torchvisions, value) in zip(state.items(), taken, strict=True):
        state[key] = value.reshape(tensor.shape)
        if tensor.is_floating_point():
            names[torchvisions] = key
    network.load_state_dict(state)
    return network.eval().double(), names


def photo(path):
    """The middle of a photo, as many pixels apart as let the most of it in: `[1, 224, 224, 3]` in -1...1."""
    pixels = numpy.asarray(Image.open(path).convert("RGB"))
    step = min(pixels.shape[:2]) // PHOTO_SIZE
    top, left = ((side - step * PHOTO_SIZE) // 2 for side in pixels.shape[:2])
    cut = pixels[top:, left:][: step * PHOTO_SIZE : step, : step * PHOTO_SIZE : step]
    return (cut.astype(numpy.float32) / numpy.float32(127.5) - 1)[None]


def main():
    random = uniform("images", SAMPLES * SIZE * SIZE * 3, -1, 1).reshape(SAMPLES, SIZE, SIZE, 3)
    networks = {name: weighted(name) for name in NETWORKS}
    golden = {
        "size": SIZE,
        "samples": SAMPLES,
        "classes": CLASSES,
        "versions": {x.__name__: x.__version__.split("+")[0] for x in (torchvision, timm)},
        "logits": {name: logits(network, random) for name, network in networks.items()},
        "timm": {},
        "photos": {},
    }
    for name, network in networks.items():
        if name in TIMM:
            other, names = in_timm(TIMM[name], network)
            golden["timm"][name] = {"names": names, "logits": logits(other, random)}
    if len(sys.argv) > 1:
        for file in PHOTOS:
            pixels = photo(pathlib.Path(sys.argv[1]) / file)
            golden["photos"][file] = {name: logits(network, pixels) for name, network in networks.items()}
    path = pathlib.Path(__file__).parent / "architectures.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
