"""Trains the guide's network in Ocellus and in Keras on the same splits, and prints the test accuracies as a table.

    make accuracy ARGUMENTS="PHOTOS --size 224 --epochs 8 --augment guide --devices cpu opencl"

For each seed, Ocellus splits the pictures with it and trains on the first device; the other devices and Keras take the
split.csv of that run. The runs are kept under runs/.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
OCELLUS = HERE.parent / ".build" / "release" / "ocellus"


def last_line(command):
    """Runs a command and returns what the last line that it prints says in JSON."""
    print("+", " ".join(map(str, command)), file=sys.stderr)
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(output.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--augment", choices=["guide", "none"], default="none")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--devices", nargs="+", default=["cpu"], help="as ocellus train --device takes them")
    parser.add_argument("--no-keras", action="store_true", help="leave Keras out")
    options = parser.parse_args()

    common = ["--size", str(options.size), "--epochs", str(options.epochs), "--augment", options.augment]
    runs = HERE.parent / "runs" / f"accuracy-{options.photos.resolve().name}-{time.strftime('%Y%m%d-%H%M%S')}"
    runs.mkdir(parents=True)
    accuracies = {}
    for seed in options.seeds:
        split = None
        for device in options.devices:
            run = runs / f"{device.replace(':', '-')}-{seed}"
            command = [OCELLUS, "train", options.photos, "--output", run, *common, "--seed", str(seed), "--device", device]
            if split:
                command += ["--split-from", split]
            print("+", " ".join(map(str, command)), file=sys.stderr)
            subprocess.run(command, stdout=sys.stderr, check=True)
            split = split or run / "split.csv"
            result = last_line([OCELLUS, "evaluate", run / "model", options.photos, "--split", "test", "--json"])
            accuracies.setdefault(f"Ocellus, {device}", []).append(result["accuracy"])
        if not options.no_keras:
            command = [sys.executable, HERE / "peers" / "keras_accuracy.py", options.photos, split, *common, "--seed", str(seed)]
            accuracies.setdefault("Keras", []).append(last_line(command)["accuracy"])

    print(f"\n{options.photos.resolve().name}, {options.size}×{options.size}, {options.epochs} epochs, "
          f"augmentation {options.augment}: accuracy on the test part\n")
    print("| | " + " | ".join(f"seed {seed}" for seed in options.seeds) + " | mean |")
    print("|---|" + "---:|" * (len(options.seeds) + 1))
    for name, values in accuracies.items():
        cells = [f"{value:.3f}" for value in [*values, statistics.mean(values)]]
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
