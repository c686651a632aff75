"""Trains a network from scratch in Ocellus and in PyTorch on the same splits, and prints their curves side by side.

    make curves ARGUMENTS="PHOTOS --network resnet18 --size 128 --epochs 10"

The recipe is the same (see peers/pytorch_curve.py); what is drawn differs: first weights and the order of the pictures.
So each is run with several seeds, and a figure is the mean over them, with the least and the greatest. The runs are kept
under runs/.
"""

import argparse
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
OCELLUS = HERE.parent / ".build" / "release" / "ocellus"
FIGURES = ["loss", "accuracy", "validation_loss", "validation_accuracy", "seconds"]


def run(command, **options):
    """Runs a command that must succeed, and shows it."""
    print("+", " ".join(map(str, command)), file=sys.stderr)
    return subprocess.run(command, check=True, **options)


def ocellus(options, seed, folder):
    """Trains in Ocellus; the epochs' figures."""
    run(
        [OCELLUS, "train", options.photos, "--output", folder, "--network", options.network, "--size", str(options.size),
         "--epochs", str(options.epochs), "--seed", str(seed), "--device", options.device],
        stdout=sys.stderr,
    )
    with open(folder / "metrics.csv", newline="", encoding="utf-8") as file:
        return [{name: float(row[name]) for name in FIGURES} for row in csv.DictReader(file)]


def pytorch(options, seed, split):
    """Trains in PyTorch on a run's split; the epochs' figures."""
    command = [sys.executable, HERE / "peers" / "pytorch_curve.py", options.photos, split, "--network", options.network,
               "--size", str(options.size), "--epochs", str(options.epochs), "--seed", str(seed)]
    return json.loads(run(command, stdout=subprocess.PIPE, text=True).stdout.strip().splitlines()[-1])


def cell(runs, epoch, figure):
    """The mean over the seeds, and in brackets what they spread over."""
    values = [run[epoch][figure] for run in runs]
    return f"{statistics.mean(values):.3f} ({min(values):.2f}–{max(values):.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("--network", default="resnet18")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--device", default="cpu", help="as ocellus train --device takes it")
    options = parser.parse_args()

    folder = HERE.parent / "runs" / f"curves-{options.photos.resolve().name}-{time.strftime('%Y%m%d-%H%M%S')}"
    folder.mkdir(parents=True)
    ours = [ocellus(options, seed, folder / f"seed-{seed}") for seed in options.seeds]
    theirs = [pytorch(options, seed, folder / f"seed-{seed}" / "split.csv") for seed in options.seeds]

    print(f"\n{options.network}, {options.photos.resolve().name}, {options.size}×{options.size}, batch 32, Adam at 0.001, "
          f"{len(options.seeds)} seeds: mean (least–greatest)\n")
    print("| epoch | loss: Ocellus | PyTorch | validation accuracy: Ocellus | PyTorch |")
    print("|---:|---|---|---|---|")
    for epoch in range(options.epochs):
        cells = [cell(runs, epoch, figure) for figure in ("loss", "validation_accuracy") for runs in (ours, theirs)]
        print(f"| {epoch + 1} | " + " | ".join(cells) + " |")
    medians = [statistics.median(epoch["seconds"] for run in runs for epoch in run) for runs in (ours, theirs)]
    print(f"\nan epoch of training: Ocellus {medians[0]:.1f} s, PyTorch {medians[1]:.1f} s")


if __name__ == "__main__":
    main()
