"""Trains a head on a frozen MobileNetV2 of torchvision's on the split of a run of Ocellus, and prints its test accuracy.

    pytorch_transfer.py PHOTOS RUN/split.csv WEIGHTS.safetensors --preprocessing minus-one-to-one --padding tensorflow

The same job as `ocellus train --weights … --freeze all`: features are computed once, pictures being decoded by worker
processes meanwhile; the head is trained on them with Adam at 0.001 in batches of 32; the weights of the epoch with the best
validation accuracy count. Prints one line of JSON.
"""

import argparse
import csv
import json
import os
import pathlib

import torch
import torchvision
from PIL import Image, ImageOps
from safetensors.torch import load_file
from torch import nn
from torchvision.transforms import functional

IMAGENET = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


class Photos(torch.utils.data.Dataset):
    """Pictures `[3, size, size]` as the network wants them."""

    def __init__(self, folder, rows, options):
        self.folder, self.rows, self.options = folder, rows, options

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        size = self.options.size
        with Image.open(self.folder / self.rows[index]["file"]) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            picture = functional.pil_to_tensor(upright.resize((size, size), Image.Resampling.BILINEAR))
        if self.options.preprocessing == "minus-one-to-one":
            return picture / 127.5 - 1
        mean, deviation = IMAGENET
        return (picture / 255 - mean[:, None, None]) / deviation[:, None, None]


class PaddedConvolution(nn.Conv2d):
    """A convolution of stride 2 that pads as TensorFlow does: after the picture only."""

    def forward(self, x):
        return super().forward(nn.functional.pad(x, (0, 1, 0, 1)))


def backbone(options):
    """torchvision's network without its head; without batch normalisation where the file has it folded."""
    state = load_file(options.weights)
    network = torchvision.models.mobilenet_v2(weights=None).features
    is_folded = not any(name.endswith("running_mean") for name in state)
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if is_folded and isinstance(child, nn.BatchNorm2d):
                setattr(module, name, nn.Identity())
            if isinstance(child, nn.Conv2d):
                pads = options.padding == "tensorflow" and child.stride == (2, 2)
                setattr(module, name, (PaddedConvolution if pads else nn.Conv2d)(
                    child.in_channels, child.out_channels, child.kernel_size, child.stride,
                    0 if pads else child.padding, groups=child.groups, bias=is_folded))
    prefix = "features."
    network.load_state_dict({name[len(prefix):]: value.float() for name, value in state.items() if name.startswith(prefix)})
    return network.to(memory_format=torch.channels_last).eval()


def features(network, photos, threads):
    """`[N, 1280]`, in the order of the photos."""
    loader = torch.utils.data.DataLoader(photos, 32, num_workers=threads)
    with torch.inference_mode():
        parts = [network(batch.to(memory_format=torch.channels_last)).mean((2, 3)) for batch in loader]
    return torch.cat(parts).clone()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("split", type=pathlib.Path)
    parser.add_argument("weights", type=pathlib.Path)
    parser.add_argument("--preprocessing", choices=["imagenet", "minus-one-to-one"], default="imagenet")
    parser.add_argument("--padding", choices=["torch", "tensorflow"], default="torch")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--output", type=pathlib.Path, help="where the head's weights are written")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    with open(options.split, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    classes = sorted({row["class"] for row in rows})
    network = backbone(options)
    inputs, labels = {}, {}
    for part in ("train", "validation", "test"):
        chosen = [row for row in rows if row["part"] == part]
        inputs[part] = features(network, Photos(options.photos, chosen, options), options.threads)
        labels[part] = torch.tensor([classes.index(row["class"]) for row in chosen])

    head = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, len(classes)))
    nn.init.normal_(head[1].weight, 0, 0.01)
    nn.init.zeros_(head[1].bias)
    optimizer = torch.optim.Adam(head.parameters(), 0.001)
    loss = nn.CrossEntropyLoss()

    def judge(part):
        with torch.inference_mode():
            logits = head.eval()(inputs[part])
            return (logits.argmax(1) == labels[part]).float().mean().item(), -loss(logits, labels[part]).item()

    best, kept = (-1.0, 0.0), None
    for _ in range(options.epochs):
        head.train()
        for batch in torch.randperm(len(labels["train"])).split(32):
            optimizer.zero_grad()
            loss(head(inputs["train"][batch]), labels["train"][batch]).backward()
            optimizer.step()
        result = judge("validation")
        if result > best:
            best, kept = result, {name: value.clone() for name, value in head.state_dict().items()}
    head.load_state_dict(kept)
    if options.output:
        torch.save(head.state_dict(), options.output)
    print(json.dumps({"accuracy": judge("test")[0], "images": len(labels["test"]), "seed": options.seed}))


if __name__ == "__main__":
    main()
