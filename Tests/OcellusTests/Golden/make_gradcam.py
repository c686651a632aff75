"""Grad-CAM maps of torchvision's networks by PyTorch's own gradients, as gradcam.json.

    pip install torch==2.* torchvision==0.* timm==1.* numpy pillow
    python make_gradcam.py

Networks and the picture are those of make_architectures.py, the picture larger. A map is max(0, sum of a_k A_k), where A are
the feature maps that come before pooling and a_k is the mean over all places of the gradient of the likeliest class's logit.
"""

import json
import pathlib

import torch
from make_architectures import NETWORKS, uniform, weighted

SIZE = 128


def feature_maps(name, network):
    """The module whose result is looked at."""
    if name.startswith("resnet"):
        return network.layer4
    if name.startswith("squeezenet"):
        return network.classifier[2]
    return network.features[-1]


def grad_cam(name, picture):
    network = weighted(name)
    kept = {}
    feature_maps(name, network).register_forward_hook(lambda module, inputs, output: kept.update(maps=output))
    logits = network(torch.from_numpy(picture).permute(0, 3, 1, 2).double())
    best = int(logits.argmax())
    (gradient,) = torch.autograd.grad(logits[0, best], kept["maps"])
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    summed = (weights * kept["maps"]).sum(dim=1)[0].clamp(min=0)
    return {"class": best, "shape": list(summed.shape), "map": [float(x) for x in summed.flatten()]}


def main():
    picture = uniform("gradcam", SIZE * SIZE * 3, -1, 1).reshape(1, SIZE, SIZE, 3)
    golden = {"size": SIZE, "maps": {name: grad_cam(name, picture) for name in NETWORKS}}
    path = pathlib.Path(__file__).parent / "gradcam.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
