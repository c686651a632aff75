"""Times products of matrices and training steps in PyTorch on a GPU, each quickly set up: cuDNN chooses its algorithms by trying,
pictures lie channels last, Adam is fused, and lower precision is autocast with a gradient scaler where FP16 wants one.

    pytorch_gpu.py gemm:4096:fp32 simple:128:fp16 …

A line of JSON each: the task and milliseconds, the median of rounds of about a fifth of `--seconds`.
"""

import argparse
import json
import statistics
import time

import torch
import torchvision

TYPES = {"fp16": torch.float16, "bf16": torch.bfloat16}


class Guide(torch.nn.Module):
    """The guide's network."""

    def __init__(self, size, classes):
        super().__init__()
        side = ((size - 2) // 2 - 2) // 2
        self.conv1, self.conv2 = torch.nn.Conv2d(3, 32, 3), torch.nn.Conv2d(32, 64, 3)
        self.dense1, self.dense2 = torch.nn.Linear(side * side * 64, 64), torch.nn.Linear(64, classes)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.dense2(torch.relu(self.dense1(torch.flatten(x, 1))))


def milliseconds(step, seconds, device):
    """The median over five rounds of the mean time of a call, without waiting for the device within a round."""

    def wait():
        if device == "cuda":
            torch.cuda.synchronize()

    for _ in range(5):
        step()
    wait()
    start = time.perf_counter()
    step()
    wait()
    count = max(3, int(seconds / 5 / (time.perf_counter() - start)))
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(count):
            step()
        wait()
        rounds.append((time.perf_counter() - start) / count * 1e3)
    return statistics.median(rounds)


def product(size, precision, device):
    """A product of two square matrices."""
    left, right = (torch.randn(size, size, device=device, dtype=TYPES.get(precision)) for _ in range(2))
    return lambda: torch.mm(left, right)


def training_step(name, batch, precision, device, size=224):
    """A step of Adam on made-up pictures."""
    classes = 3 if name == "simple" else 1000
    network = Guide(size, classes) if name == "simple" else getattr(torchvision.models, name)(num_classes=classes)
    network = network.to(device, memory_format=torch.channels_last).train()
    pictures = torch.rand(batch, 3, size, size, device=device).to(memory_format=torch.channels_last)
    labels = torch.arange(batch, device=device) % classes
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    scaler = torch.amp.GradScaler(device, enabled=precision == "fp16")

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device, dtype=TYPES.get(precision), enabled=precision in TYPES):
            loss = torch.nn.functional.cross_entropy(network(pictures), labels)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="+", metavar="gemm:SIZE:PRECISION or NETWORK:BATCH:PRECISION")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    options = parser.parse_args()
    torch.backends.cudnn.benchmark = True
    for task in options.tasks:
        name, number, precision = task.split(":")
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
        make = product if name == "gemm" else lambda *rest: training_step(name, *rest)
        step = make(int(number), precision, options.device)
        print(json.dumps({"task": task, "milliseconds": milliseconds(step, options.seconds, options.device)}), flush=True)
        del step


if __name__ == "__main__":
    main()
