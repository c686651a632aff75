"""What all peers share: one command line, one way to time, one line of JSON as the answer, as `ocellus bench --json`."""

import argparse
import json
import statistics
import time


def parse(tasks):
    """The options of a peer that can do `tasks`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=tasks)
    parser.add_argument("--network", default="simple")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--file", help="the exported network, or where it is exported to")
    parser.add_argument("--data", help="a folder of pictures, one folder in it for each class; or one picture")
    return parser.parse_args()


def class_count(network):
    """As many classes as `ocellus bench` gives the network."""
    return 3 if network == "simple" else 1000


def times(step, seconds, warm_up=3):
    """How long each call of `step` takes after a warm-up, for about `seconds`, three times at least."""
    for _ in range(warm_up):
        step()
    durations = []
    start = time.perf_counter()
    while len(durations) < 3 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        step()
        durations.append(time.perf_counter() - before)
    return durations


def print_images_per_second(count, durations, version):
    """`count` pictures in each of `durations`."""
    print(json.dumps({"imagesPerSecond": count / statistics.median(durations), "device": version}))


def print_gigaflops_per_second(size, durations, version):
    """A product of two square matrices in each of `durations`."""
    print(json.dumps({"gigaflopsPerSecond": 2e-9 * size**3 / statistics.median(durations), "device": version}))
