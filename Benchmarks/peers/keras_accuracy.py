"""Trains the guide's network in Keras on the split of a run of Ocellus, and prints its accuracy on the test part.

    keras_accuracy.py PHOTOS RUN/split.csv --size 224 --epochs 8 --augment guide --seed 0

As in Ocellus, the weights of the epoch with the best validation accuracy count. Prints one line of JSON.
"""

import argparse
import csv
import json
import os
import pathlib
import time

import numpy
from PIL import Image, ImageOps

from keras_networks import guide_network, keras, tensorflow, use_threads
from tensorflow.keras.preprocessing.image import ImageDataGenerator

GUIDE = {
    "rotation_range": 20,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 0.2,
    "zoom_range": 0.2,
    "horizontal_flip": True,
    "fill_mode": "nearest",
}


def read_part(folder, rows, classes, size):
    """Pictures `[N, size, size, 3]` in 0…1, resized as Ocellus resizes, and one-hot labels `[N, classes]`."""
    pictures = numpy.empty((len(rows), size, size, 3), dtype=numpy.float32)
    labels = numpy.zeros((len(rows), len(classes)), dtype=numpy.float32)
    for index, row in enumerate(rows):
        with Image.open(folder / row["file"]) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            pictures[index] = numpy.asarray(upright.resize((size, size), Image.Resampling.BILINEAR)) / 255.0
        labels[index, classes.index(row["class"])] = 1
    return pictures, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("split", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--augment", choices=["guide", "none"], default="none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()

    use_threads(options.threads)
    keras.utils.set_random_seed(options.seed)
    with open(options.split, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    classes = sorted({row["class"] for row in rows})
    parts = {
        part: read_part(options.photos, [row for row in rows if row["part"] == part], classes, options.size)
        for part in ("train", "validation", "test")
    }

    network = guide_network(options.size, len(classes))
    generator = ImageDataGenerator(**(GUIDE if options.augment == "guide" else {}))
    best = {"accuracy": -1.0, "weights": None}

    def keep_best(epoch, logs):
        if logs["val_accuracy"] > best["accuracy"]:
            best.update(accuracy=logs["val_accuracy"], weights=network.get_weights(), epoch=epoch + 1)

    start = time.perf_counter()
    network.fit(
        generator.flow(*parts["train"], batch_size=options.batch, seed=options.seed),
        validation_data=parts["validation"],
        epochs=options.epochs,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=keep_best)],
    )
    seconds = time.perf_counter() - start
    last = network.evaluate(*parts["test"], verbose=0)[1]
    network.set_weights(best["weights"])
    loss, accuracy = network.evaluate(*parts["test"], verbose=0)
    print(
        json.dumps(
            {
                "accuracy": accuracy,
                "loss": loss,
                "bestEpoch": best["epoch"],
                "lastEpochAccuracy": last,
                "images": len(parts["test"][0]),
                "seconds": seconds,
                "seed": options.seed,
            }
        )
    )


if __name__ == "__main__":
    main()
