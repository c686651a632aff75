"""Trains a network of torchvision's from scratch on the split of a run of Ocellus, and prints each epoch's figures.

    pytorch_curve.py PHOTOS RUN/split.csv --network resnet18 --size 128 --epochs 10 --seed 0

The recipe is Ocellus' default: pictures in 0…1, Adam with Keras' defaults, the training loss averaged over the epoch's
steps. Prints one line of JSON: a list of epochs.
"""

import argparse
import csv
import json
import os
import pathlib
import time

import numpy
import torch
import torchvision
from PIL import Image, ImageOps


def read_part(folder, rows, classes, size):
    """Pictures `[N, 3, size, size]` in 0…1, resized as Ocellus resizes, and the places of their classes."""
    pictures = torch.empty((len(rows), 3, size, size), memory_format=torch.channels_last)
    for index, row in enumerate(rows):
        with Image.open(folder / row["file"]) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            pixels = numpy.asarray(upright.resize((size, size), Image.Resampling.BILINEAR), dtype=numpy.float32)
        pictures[index] = torch.from_numpy(pixels / 255).permute(2, 0, 1)
    return pictures, torch.tensor([classes.index(row["class"]) for row in rows])


def evaluate(network, pictures, labels, batch):
    """The mean loss and the accuracy."""
    network.eval()
    with torch.inference_mode():
        logits = torch.cat([network(part) for part in pictures.split(batch)])
    return float(torch.nn.functional.cross_entropy(logits, labels)), float((logits.argmax(1) == labels).float().mean())


def train_epoch(network, optimizer, pictures, labels, batch):
    """The mean loss and the accuracy over an epoch's steps, in an order drawn anew."""
    network.train()
    loss_sum, right = 0.0, 0
    for places in torch.randperm(len(labels)).split(batch):
        optimizer.zero_grad()
        logits = network(pictures[places].contiguous(memory_format=torch.channels_last))
        loss = torch.nn.functional.cross_entropy(logits, labels[places])
        loss.backward()
        optimizer.step()
        loss_sum += float(loss.detach()) * len(places)
        right += int((logits.argmax(1) == labels[places]).sum())
    return loss_sum / len(labels), right / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("split", type=pathlib.Path)
    parser.add_argument("--network", default="resnet18")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    with open(options.split, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    classes = sorted({row["class"] for row in rows})
    train, validation = (
        read_part(options.photos, [row for row in rows if row["part"] == part], classes, options.size)
        for part in ("train", "validation")
    )
    network = getattr(torchvision.models, options.network)(num_classes=len(classes))
    network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001, eps=1e-7)
    epochs = []
    for _ in range(options.epochs):
        start = time.perf_counter()
        loss, accuracy = train_epoch(network, optimizer, *train, options.batch)
        seconds = time.perf_counter() - start
        validation_loss, validation_accuracy = evaluate(network, *validation, options.batch)
        epochs.append(
            {
                "loss": loss,
                "accuracy": accuracy,
                "validation_loss": validation_loss,
                "validation_accuracy": validation_accuracy,
                "seconds": seconds,
            }
        )
    print(json.dumps(epochs))


if __name__ == "__main__":
    main()
