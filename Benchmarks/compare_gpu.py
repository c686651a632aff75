"""Compares products of matrices and training steps on a GPU with PyTorch's on the same GPU, in one run.

    python3 Benchmarks/compare_gpu.py --ocellus ./ocellus --device opencl:nvidia

For a machine with an NVIDIA GPU and a Python that has PyTorch with CUDA and torchvision. Ocellus comes first, then PyTorch,
each thing alone on the GPU; the ratio is of speeds, above 1 where Ocellus is quicker. Kernels are those that the command takes
by itself, after it has tried some for a few seconds; `--tuning off` asks for the usual ones, `kept` for those that `ocellus
tune` found.
"""

import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TASKS = [f"gemm:{size}:{precision}" for size in (4096, 8192) for precision in ("fp32", "tf32", "fp16")]
TASKS += [f"{network}:{precision}" for network in ("simple:128", "resnet50:64") for precision in ("fp32", "tf32", "fp16")]


def ours(options, task):
    """Milliseconds of a product or of a training step."""
    name, number, precision = task.split(":")
    what = (
        ["gemm", "--size", number] if name == "gemm"
        else ["network", "--mode", "training", "--network", name, "--batch", number]
    )
    command = [
        options.ocellus, "bench", *what, "--device", options.device, "--precision", precision,
        "--tuning", options.tuning, "--seconds", options.seconds, "--json",
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result = json.loads(output.splitlines()[0])
    return result["milliseconds" if name == "gemm" else "millisecondsPerStep"]


def theirs(options):
    """Milliseconds of each task in PyTorch."""
    command = [sys.executable, HERE / "peers" / "pytorch_gpu.py", *options.tasks, "--seconds", options.seconds]
    output = subprocess.run([*command, "--device", options.peer_device], check=True, capture_output=True, text=True).stdout
    return {line["task"]: line["milliseconds"] for line in map(json.loads, output.splitlines())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ocellus", default=HERE.parent / ".build" / "release" / "ocellus")
    parser.add_argument("--device", default="opencl:nvidia")
    parser.add_argument("--tuning", default="quick", choices=["quick", "kept", "off"])
    parser.add_argument("--seconds", default="1.5")
    parser.add_argument("--tasks", nargs="+", default=TASKS, metavar="gemm:SIZE:PRECISION or NETWORK:BATCH:PRECISION")
    parser.add_argument("--peer-device", default="cuda", choices=["cuda", "cpu"], help="cpu to try this without a GPU")
    options = parser.parse_args()
    mine = {task: ours(options, task) for task in options.tasks}
    peer = theirs(options)
    print("| | precision | Ocellus, ms | PyTorch, ms | ratio |")
    print("|---|---|---:|---:|---:|")
    for task in options.tasks:
        name, number, precision = task.split(":")
        label = f"{number}×{number}×{number}" if name == "gemm" else f"{name}, training, batch {number}"
        print(f"| {label} | {precision} | {mine[task]:.2f} | {peer[task]:.2f} | {peer[task] / mine[task]:.2f} |")


if __name__ == "__main__":
    main()
