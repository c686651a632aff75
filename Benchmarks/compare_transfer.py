"""Transfer learning in Ocellus and in PyTorch, from the start of each process to its end, on the same splits and cores.

    make transfer ARGUMENTS="PHOTOS WEIGHTS.safetensors --preprocessing minus-one-to-one --padding tensorflow"

Both train a head on a frozen MobileNetV2 for as many epochs, on features that they compute once, and measure it on the test
part (see peers/pytorch_transfer.py). Ocellus begins with an empty cache; a second run, which finds the features there, is
timed besides. With --fine-tune it goes on with its second stage. Prints a table in Markdown.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
OCELLUS = HERE.parent / ".build" / "release" / "ocellus"


def timed(command, **environment):
    """The last line of a command's output, as JSON; the seconds from its start to its end, and those of its threads."""
    print("+", " ".join(map(str, command)), file=sys.stderr)
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **environment})
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"transfer: exit code {process.returncode}")
    return json.loads(output.strip().splitlines()[-1]), seconds, usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("weights", type=pathlib.Path)
    parser.add_argument("--preprocessing", default="imagenet")
    parser.add_argument("--padding", default="torch")
    parser.add_argument("--epochs", type=int, default=30, help="of the head")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--fine-tune", action="store_true", help="time Ocellus' second stage too, and say what it gains")
    parser.add_argument("--no-pytorch", action="store_true", help="leave PyTorch out")
    options = parser.parse_args()

    common = ["--preprocessing", options.preprocessing, "--padding", options.padding, "--threads", str(options.threads)]
    results = {}

    def note(name, result, seconds, thread_seconds):
        accuracy = result["accuracy"] if "accuracy" in result else result["test"]["accuracy"]
        results.setdefault(name, []).append((accuracy, seconds, thread_seconds))

    with tempfile.TemporaryDirectory(prefix="ocellus-transfer-") as folder:
        for seed in options.seeds:

            def ocellus(name, *arguments):
                """A run of its own; its folder."""
                run = pathlib.Path(folder) / f"{name}, seed {seed}"
                note(name, *timed(
                    [OCELLUS, "train", options.photos, "--network", "mobilenet_v2", "--weights", options.weights,
                     "--output", run, "--head-epochs", str(options.epochs), "--seed", str(seed), "--device", "cpu",
                     "--json", *common, *arguments], OCELLUS_CACHE=f"{folder}/cache-{seed}"))
                return run

            split = ocellus("Ocellus", "--freeze", "all") / "split.csv"
            if not options.no_pytorch:
                note("PyTorch", *timed(
                    [sys.executable, HERE / "peers" / "pytorch_transfer.py", options.photos, split, options.weights,
                     "--epochs", str(options.epochs), "--seed", str(seed), "--output", f"{folder}/{seed}.pt", *common]))
            ocellus("Ocellus, features in its cache", "--freeze", "all", "--split-from", split)
            if options.fine_tune:
                ocellus("Ocellus, head and last stage")

    print(f"\n{options.photos.resolve().name}, MobileNetV2, head {options.epochs} epochs, {options.threads} threads\n")
    print("| | " + " | ".join(f"test accuracy, seed {seed}" for seed in options.seeds)
          + " | seconds | times Ocellus' | CPU seconds | times Ocellus' |")
    print("|---|" + "---:|" * (len(options.seeds) + 4))
    for name, rows in results.items():
        cells = [f"{row[0]:.3f}" for row in rows]
        for figure in (1, 2):
            cells.append(f"{statistics.median(row[figure] for row in rows):.1f}")
            cells.append(f"{statistics.median(row[figure] / own[figure] for row, own in zip(rows, results['Ocellus'])):.2f}")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
