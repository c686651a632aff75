"""Times Keras on the guide's network with made-up pictures, as `ocellus bench --json` times ours.

Prints one line: {"imagesPerSecond": …, "millisecondsPerStep": …, "peakMemoryMB": …, "device": …}, the medians after a
warm-up. Training goes by `fit` on a data set that is in memory, inference by a compiled function: the ways that cost
Keras least.
"""

import argparse
import json
import resource
import statistics
import time

from guide_network import guide_network, keras, tensorflow, use_threads


class StepTimes(keras.callbacks.Callback):
    """Notes how long each step took, and ends the training when there are enough."""

    def __init__(self, warm_up, seconds):
        super().__init__()
        self.warm_up, self.seconds = warm_up, seconds
        self.durations, self.steps, self.last, self.start = [], 0, None, None

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        self.steps += 1
        if self.steps > self.warm_up:
            self.durations.append(now - self.last)
            if now - self.start > self.seconds and len(self.durations) >= 3:
                self.model.stop_training = True
        else:
            self.start = now
        self.last = now


def training(network, pictures, labels, seconds):
    times = StepTimes(warm_up=3, seconds=seconds)
    batches = tensorflow.data.Dataset.from_tensors((pictures, labels)).repeat().prefetch(1)
    # Keras asks whether to stop between epochs only, so an epoch is a few steps long.
    network.fit(batches, shuffle=False, steps_per_epoch=5, epochs=10**6, verbose=0, callbacks=[times])
    return times.durations


def inference(network, pictures, seconds):
    predict = tensorflow.function(lambda batch: network(batch, training=False))
    for _ in range(3):
        predict(pictures).numpy()
    durations = []
    start = time.perf_counter()
    while len(durations) < 3 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        predict(pictures).numpy()
        durations.append(time.perf_counter() - before)
    return durations


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=["training", "inference"], default="training")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--classes", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()

    use_threads(options.threads)
    keras.utils.set_random_seed(0)
    network = guide_network(options.size, options.classes)
    pictures = tensorflow.random.uniform((options.batch, options.size, options.size, 3))
    labels = tensorflow.one_hot([index % options.classes for index in range(options.batch)], options.classes)
    if options.mode == "training":
        durations = training(network, pictures, labels, options.seconds)
    else:
        durations = inference(network, pictures, options.seconds)

    step = statistics.median(durations)
    print(
        json.dumps(
            {
                "imagesPerSecond": options.batch / step,
                "millisecondsPerStep": step * 1000,
                "peakMemoryMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "device": f"Keras {keras.__version__}, TensorFlow {tensorflow.__version__}, {options.threads} threads",
            }
        )
    )


if __name__ == "__main__":
    main()
