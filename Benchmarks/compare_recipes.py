#!/usr/bin/env python3
"""Compares the recipe `standard` with plain training (the guide's: Adam, no schedule, no augmentation) on one data set and one
network, and prints a table: the accuracy on the test part, by seed. Each seed has a split of its own, the same for both.

    Benchmarks/compare_recipes.py photos/ [--size 96] [--seeds 0 1 2] [--epochs 30] [--ocellus .build/release/ocellus]
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile


def train(command, data, options):
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder) / "run"
        subprocess.run(
            [command, "train", data, "--output", str(run), "--device", "cpu"] + options, check=True, capture_output=True)
        return json.loads((run / "run.json").read_text())["result"]


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("data")
parser.add_argument("--size", default="96")
parser.add_argument("--epochs", default="30")
parser.add_argument("--seeds", nargs="+", default=["0", "1", "2"])
parser.add_argument("--ocellus", default=".build/release/ocellus")
arguments = parser.parse_args()

ways = {"plain": [], "recipe standard": ["--recipe", "standard"]}
usual = ["--size", arguments.size, "--epochs", arguments.epochs]
found = {way: [] for way in ways}
print("| seed | " + " | ".join(ways) + " |\n|---|" + "---:|" * len(ways))
for seed in arguments.seeds:
    for way, options in ways.items():
        found[way].append(train(arguments.ocellus, arguments.data, usual + ["--seed", seed] + options))
    print(f"| {seed} | " + " | ".join(f"{results[-1]['testAccuracy']:.3f}" for results in found.values()) + " |", flush=True)
means = [statistics.mean(result["testAccuracy"] for result in results) for results in found.values()]
seconds = [statistics.mean(result["seconds"] for result in results) for results in found.values()]
print("| mean | " + " | ".join(f"**{mean:.3f}**" for mean in means) + " |")
print("| seconds | " + " | ".join(f"{time:.0f}" for time in seconds) + " |")
