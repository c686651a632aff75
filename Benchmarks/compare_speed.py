"""Times the guide's network in Ocellus and in Keras, and prints a table in Markdown.

Both run on the same cores, alternately, so that whatever else the machine does meets both. A figure is the median of the
rounds, each itself a median of steps. Memory is the largest resident size of the process, as the kernel counts it.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OCELLUS = HERE.parent / ".build" / "release" / "ocellus"


def measure(command, cores):
    """Runs a benchmark on `cores` and returns what its line of JSON says, with the memory that the kernel saw."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.sched_setaffinity(0, cores)
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"benchmarks: failed with exit code {process.returncode}: {' '.join(map(str, command))}")
    result = json.loads(output.strip().splitlines()[-1])
    result["peakMemoryMB"] = usage.ru_maxrss / 1024
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, help="default: every core")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8, help="length of one measurement")
    options = parser.parse_args()

    available = sorted(os.sched_getaffinity(0))
    threads = options.threads or len(available)
    if threads > len(available):
        sys.exit(f"benchmarks: --threads {threads}, but there are {len(available)} cores")
    cores = set(available[:threads])
    workloads = [("training", options.batch), ("inference", options.batch), ("inference", 1)]
    peers = {
        "Ocellus": [OCELLUS, "bench", "--json", "--device", "cpu"],
        "Keras": [sys.executable, HERE / "keras_guide.py"],
    }

    devices = {}
    rows = []
    for mode, batch in workloads:
        results = {name: [] for name in peers}
        for round_number in range(1, options.rounds + 1):
            for name, command in peers.items():
                result = measure(
                    [*command, "--mode", mode, "--size", str(options.size), "--batch", str(batch)]
                    + ["--threads", str(threads), "--seconds", str(options.seconds)],
                    cores,
                )
                results[name].append(result)
                devices[name] = result["device"]
                print(
                    f"{mode}, batch {batch}, round {round_number} of {options.rounds}: {name} "
                    f"{result['imagesPerSecond']:.1f} images/s, {result['peakMemoryMB']:.0f} MB",
                    file=sys.stderr,
                )
        speed, memory = (
            {name: statistics.median(result[key] for result in results[name]) for name in peers}
            for key in ("imagesPerSecond", "peakMemoryMB")
        )
        rows.append(
            f"| {mode}, batch {batch} | {speed['Ocellus']:.1f} | {speed['Keras']:.1f} "
            f"| {speed['Ocellus'] / speed['Keras']:.2f} | {memory['Ocellus']:.0f} | {memory['Keras']:.0f} "
            f"| {memory['Ocellus'] / memory['Keras']:.2f} |"
        )

    print(f"\nThe guide's network at {options.size}×{options.size} on {threads} threads, medians of {options.rounds} rounds.")
    for name, device in devices.items():
        print(f"{name}: {device}")
    print("\n| | Ocellus images/s | Keras images/s | ratio | Ocellus peak MB | Keras peak MB | ratio |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
