"""Trains the guide's network in each precision on the same splits and device, and prints the test accuracies as a table.

    python3 Benchmarks/compare_precisions.py PHOTOS --device opencl:intel --size 64 --epochs 12

For each seed, the first precision's run splits the pictures, and the others take its split.csv. Runs are kept under runs/,
or where --runs says; those that are there and complete are not made again.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("--device", default="opencl")
    parser.add_argument("--precisions", nargs="+", default=["fp32", "fp16", "bf16"])
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--split", default="60/10/30", help="a larger part for the test than usual, for its accuracy to say more")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--runs", type=pathlib.Path, default=HERE.parent / "runs")
    parser.add_argument("--ocellus", type=pathlib.Path, default=HERE.parent / ".build" / "release" / "ocellus")
    options = parser.parse_args()

    options.runs.mkdir(parents=True, exist_ok=True)
    accuracies = {precision: [] for precision in options.precisions}
    for seed in options.seeds:
        split = None
        for precision in options.precisions:
            name = f"{options.photos.resolve().name}-{options.device.replace(':', '-')}-{options.size}-{options.epochs}"
            run = options.runs / f"{name}-{precision}-{seed}"
            if not (run / "run.json").exists():
                command = [options.ocellus, "train", options.photos, "--output", run, "--size", options.size, "--epochs",
                           options.epochs, "--seed", seed, "--device", options.device, "--precision", precision]
                command += ["--split-from", split] if split else ["--split", options.split]
                command = [str(part) for part in command]
                print("+", " ".join(command), file=sys.stderr)
                subprocess.run(command, stdout=sys.stderr, check=True)
            split = split or run / "split.csv"
            result = json.loads((run / "run.json").read_text()).get("result")
            if result is None:
                sys.exit(f"{run} was not finished: remove it, or go on with 'ocellus train --resume {run}'")
            accuracies[precision].append(result["testAccuracy"])

    print(f"\n{options.photos.resolve().name}, {options.size}×{options.size}, {options.epochs} epochs, split {options.split}, "
          f"{options.device}: accuracy on the test part\n")
    print("| | " + " | ".join(f"seed {seed}" for seed in options.seeds) + " | mean | against the first |")
    print("|---|" + "---:|" * (len(options.seeds) + 2))
    first = statistics.mean(accuracies[options.precisions[0]])
    for precision, values in accuracies.items():
        mean = statistics.mean(values)
        cells = [f"{value:.3f}" for value in [*values, mean]] + [f"{100 * (mean - first):+.1f} points"]
        print(f"| {precision} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
