"""Times a network's steps on the CPU backend and on OpenCL devices in turn, and prints them as a table.

    eval "$(Tests/opencl-runtimes.sh)"
    python3 Benchmarks/compare_devices.py --rounds 5

For OpenCL drivers that offer the same cores as the CPU backend. A figure is the median of the rounds; beside the rate
stands the process's CPU time a step, which other work on the machine changes less. `--tune` looks for the quickest
kernels first, as `ocellus tune` does.
"""

import argparse
import json
import pathlib
import statistics
import subprocess

OCELLUS = pathlib.Path(__file__).resolve().parent.parent / ".build" / "release" / "ocellus"


def ocellus(*arguments):
    return subprocess.run([OCELLUS, *arguments], check=True, capture_output=True, text=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="simple")
    parser.add_argument("--mode", default="training")
    parser.add_argument("--batch", default="32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", default="4")
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--devices", nargs="+", help="all but simulators unless given")
    options = parser.parse_args()

    devices = options.devices or [
        entry["option"]
        for entry in map(json.loads, ocellus("devices", "--json").splitlines())
        if "oclgrind" not in entry["option"]
    ]
    network = ["--network", options.network, "--mode", options.mode, "--batch", options.batch]
    if options.tune:
        for device in devices:
            if device != "cpu":
                ocellus("tune", *network, "--device", device)
    tuning = "kept" if options.tune else "off"
    results = {device: [] for device in devices}
    for _ in range(options.rounds):
        for device in devices:
            line = ocellus("bench", *network, "--seconds", options.seconds, "--device", device,
                           "--tuning", tuning, "--json")
            results[device].append(json.loads(line.splitlines()[0]))

    def median(device, key):
        return statistics.median(result[key] for result in results[device])

    first = devices[0]
    print(f"{options.network}, {options.mode}, batch {options.batch}, {options.rounds} rounds, tuning {tuning}\n")
    print(f"| device | images/s | of {first} | CPU ms a step | of {first} | ready, s |")
    print("|---|---:|---:|---:|---:|---:|")
    for device in devices:
        rate, cpu = median(device, "imagesPerSecond"), median(device, "cpuMillisecondsPerStep")
        print(
            f"| {device}: {results[device][0]['device']} | {rate:.1f} | {rate / median(first, 'imagesPerSecond'):.2f} "
            f"| {cpu:.0f} | {median(first, 'cpuMillisecondsPerStep') / cpu:.2f} "
            f"| {median(device, 'preparationSeconds'):.2f} |")


if __name__ == "__main__":
    main()
