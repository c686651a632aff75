"""Logits of torchvision's networks for weights and pictures that follow from their names, as architectures.json.

    pip install torch==2.* torchvision==0.* numpy
    python make_architectures.py

Each tensor's element i is `low + (high - low) * u`, where u in 0...1 is a hash of i and the tensor's name, so that the same
values can be made elsewhere without a file. See `GoldenNetworks.swift`.
"""

import json
import pathlib

import numpy
import torch
import torchvision

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
SIZE, SAMPLES, CLASSES = 64, 2, 10


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


def logits(name):
    network = getattr(torchvision.models, name)(num_classes=CLASSES)
    state = network.state_dict()
    for key, tensor in state.items():
        if tensor.is_floating_point():
            state[key] = values(key, tensor)
    network.load_state_dict(state)
    network.eval().double()
    pictures = uniform("images", SAMPLES * SIZE * SIZE * 3, -1, 1).reshape(SAMPLES, SIZE, SIZE, 3)
    with torch.no_grad():
        result = network(torch.from_numpy(pictures).permute(0, 3, 1, 2).double())
    return [float(numpy.float32(x)) for x in result.flatten()]


golden = {"size": SIZE, "samples": SAMPLES, "classes": CLASSES, "torchvision": torchvision.__version__.split("+")[0]}
golden["logits"] = {name: logits(name) for name in NETWORKS}
path = pathlib.Path(__file__).parent / "architectures.json"
path.write_text(json.dumps(golden, indent=1) + "\n")
