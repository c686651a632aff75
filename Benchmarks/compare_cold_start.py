"""Times a new process from its start to its answer: one photo, the guide's network, in Ocellus and in Keras.

Both are run in turn with warm file caches, and a figure is the median. The networks have the same shape and different
weights: Ocellus' is trained for one epoch on rendered pictures, Keras' is as it was initialised.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
OCELLUS = HERE.parent / ".build" / "release" / "ocellus"


def run(command):
    """Runs a command to its end and returns how many milliseconds it took."""
    start = time.perf_counter()
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    milliseconds = (time.perf_counter() - start) * 1000
    if result.returncode != 0:
        sys.exit(f"benchmarks: exit code {result.returncode}: {' '.join(map(str, command))}\n{result.stderr}")
    return milliseconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        pictures, trained, saved = (os.path.join(folder, name) for name in ("pictures", "run", "guide.keras"))
        run([OCELLUS, "demo-data", pictures, "--images", "30", "--size", "480"])
        run([OCELLUS, "train", pictures, "--output", trained, "--epochs", "1", "--size", str(options.size)])
        photo = sorted(pathlib.Path(pictures).glob("*/*.jp*g"))[0]
        make = f"from guide_network import guide_network; guide_network({options.size}, 3).save({saved!r})"
        run([sys.executable, "-c", f"import sys; sys.path.insert(0, {str(HERE)!r}); {make}"])
        commands = {
            "Ocellus": [OCELLUS, "predict", os.path.join(trained, "model"), photo],
            "Keras": [sys.executable, HERE / "keras_predict.py", saved, photo, "bolts", "nuts", "washers"],
        }
        times = {name: [] for name in commands}
        for command in commands.values():
            run(command)
        for _ in range(options.rounds):
            for name, command in commands.items():
                times[name].append(run(command))

    print(f"A new process to its answer, one photo at {options.size}×{options.size}, medians of {options.rounds}.\n")
    print("| | ms | least ms |")
    print("|---|---:|---:|")
    for name, values in times.items():
        print(f"| {name} | {statistics.median(values):.1f} | {min(values):.1f} |")
    print(f"\nratio {statistics.median(times['Keras']) / statistics.median(times['Ocellus']):.0f}")


if __name__ == "__main__":
    main()
