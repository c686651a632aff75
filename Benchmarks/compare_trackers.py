"""Trains with TensorBoard's files and an MLflow server, reads all back with the trackers' own readers, and compares.

    make trackers ARGUMENTS="PHOTOS --size 64 --epochs 4"
    make trackers ARGUMENTS="PHOTOS --size 64 --epochs 4 --pairs 5"       what tracking costs, too

One run is told to an `mlflow server` that keeps runs in SQLite, another to one that keeps them in files. What TensorBoard's
EventAccumulator, MLflow's client and `report.html` say of every epoch and of the test part must be what `metrics.csv` and
`run.json` say: as a Float, and for the report to the digits that it shows. It prints a table, and fails on a difference.
With `--pairs`, runs with and without trackers alternate; a ratio is that of the medians. Servers' own CPU time is not in it.
"""

import argparse
import contextlib
import csv
import html.parser
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import mlflow
import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata

HERE = pathlib.Path(__file__).resolve().parent
OCELLUS = HERE.parent / ".build" / "release" / "ocellus"
STORES = {"SQLite": "sqlite:///{}/store.db", "files": "{}/store"}
# A figure's column in metrics.csv, or key in run.json, and where TensorBoard has it.
EPOCHS = {
    "loss": ("train", "epoch/loss"), "accuracy": ("train", "epoch/accuracy"),
    "validation_loss": ("validation", "epoch/loss"), "validation_accuracy": ("validation", "epoch/accuracy"),
    "learning_rate": ("train", "batch/learning_rate"), "images_per_second": ("train", "epoch/images_per_second"),
}
TEST = {"test_accuracy": ("train", "test/accuracy"), "test_loss": ("train", "test/loss")}


@contextlib.contextmanager
def server(store, folder):
    """An MLflow server on a free port of loopback, for as long as the block runs; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
               "--backend-store-uri", STORES[store].format(folder), "--artifacts-destination", f"{folder}/artifacts"]
    environment = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(address + "/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        else:
            sys.exit(f"benchmarks: the MLflow server with {store} does not answer")
        yield address
    finally:
        # It has started processes of its own.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def train(options, run, address=None):
    """Trains once; seconds from the process's start to its end, and those of CPU time."""
    command = [options.ocellus, "train", options.photos, "--output", run, "--size", options.size, "--epochs", options.epochs,
               "--device", "cpu"]
    if address:
        command += ["--tensorboard", "--mlflow", address, "--mlflow-experiment", "trackers"]
    before = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or "has not taken all" in said:
        sys.exit(f"benchmarks: training failed or was not tracked to its end\n{said[-2000:]}")
    return time.perf_counter() - before, usage.ru_utime + usage.ru_stime


class Report(html.parser.HTMLParser):
    """The texts of a report's table cells and large figures, as written, row by row."""

    def __init__(self, path):
        super().__init__()
        self.rows, self.cell = [], None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        if tag in ("tr", "dl"):
            self.rows.append([])
        elif tag in ("td", "th", "dt", "dd") and self.rows:
            self.cell = []

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data)

    def handle_endtag(self, tag):
        if tag in ("td", "th", "dt", "dd") and self.cell is not None:
            self.rows[-1].append("".join(self.cell).strip())
            self.cell = None

    def epochs(self):
        """The table of the epochs: the texts of a column by its name."""
        first = next(place for place, row in enumerate(self.rows) if "images per second" in row)
        names = [name.replace(" ", "_") for name in self.rows[first]]
        rows = [row for row in self.rows[first + 1:] if len(row) == len(names)]
        rows = rows[: next((place for place, row in enumerate(rows) if row[0] != str(place + 1)), len(rows))]
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}

    def figure(self, name):
        """The large figure above a name."""
        row = next(row for row in self.rows if name in row)
        return row[row.index(name) + 1]


def difference(values, others):
    """The largest difference as a Float; infinite when there are not as many."""
    if len(values) != len(others):
        return float("inf")
    return max(abs(float(numpy.float32(a)) - float(numpy.float32(b))) for a, b in zip(values, others))


def as_shown(values, texts):
    """Whether texts show these values rounded: 0, or the largest difference."""
    if len(values) != len(texts):
        return float("inf")
    worst = 0
    for value, text in zip(values, texts):
        number, scale = text.rstrip(" %"), 100 if text.endswith("%") else 1
        digits = len(number.partition(".")[2])
        off = abs(float(number) - value * scale)
        worst = max(worst, 0 if off <= 0.5 * 10**-digits * (1 + 1e-6) else off)
    return worst


def hyperparameters(run, epochs):
    """How many hyperparameters TensorBoard's plugin finds, and of how many metrics it knows."""
    events = EventAccumulator(str(run / "tensorboard")).Reload()

    def content(tag):
        return events.SummaryMetadata(tag).plugin_data.content

    experiment = metadata.parse_experiment_plugin_data(content(metadata.EXPERIMENT_TAG))
    session = metadata.parse_session_start_info_plugin_data(content(metadata.SESSION_START_INFO_TAG))
    if {info.name for info in experiment.hparam_infos} != set(session.hparams):
        sys.exit("benchmarks: TensorBoard is told of other hyperparameters than of values")
    if session.hparams["epochs"].number_value != epochs:
        sys.exit("benchmarks: TensorBoard is told of another number of epochs")
    return len(session.hparams), len(experiment.metric_infos)


def compare(run, address):
    """The largest difference of each figure to what the run's own files say, by reader."""
    with open(run / "metrics.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    result = json.loads((run / "run.json").read_text(encoding="utf-8"))["result"]
    # Its sizes say how many values of a kind are kept; 0 is all.
    events = {part: EventAccumulator(str(run / "tensorboard" / part), {"scalars": 0}).Reload() for part in ("train", "validation")}
    client = mlflow.MlflowClient(address)
    experiment = client.get_experiment_by_name("trackers").experiment_id
    tracked = next(found for found in client.search_runs([experiment]) if found.info.run_name == run.name)
    report = Report(run / "report.html")
    found = {}
    for name, place in {**EPOCHS, **TEST}.items():
        if name in EPOCHS:
            steps, values = [int(row["epoch"]) for row in rows], [float(row[name]) for row in rows]
            shown = report.epochs()[name]
        else:
            steps = [result["bestEpoch"]]
            key = name.partition("_")[2]
            values = [result["test" + key.capitalize()]]
            shown = [report.figure("test accuracy")] if key == "accuracy" else None
        cells = {}
        scalars = [(scalar.step, scalar.value) for scalar in events[place[0]].Scalars(place[1])]
        if place[1].startswith("batch/"):
            # An epoch's is that of its last step.
            count = len(scalars) // len(steps)
            scalars = [(step // count, value) for step, value in scalars[count - 1::count]]
        cells["TensorBoard"] = (
            difference(values, [value for _, value in scalars])
            if [step for step, _ in scalars] == steps else float("inf"))
        history = sorted(client.get_metric_history(tracked.info.run_id, name), key=lambda metric: metric.step)
        cells["MLflow"] = (
            difference(values, [metric.value for metric in history])
            if [metric.step for metric in history] == steps else float("inf"))
        if shown is not None:
            cells["report"] = as_shown(values, shown)
        found[name] = (len(values), cells)
    return found


def cost(options, folder, address):
    """Prints what a run takes without and with trackers, the two in turn."""
    seconds = {False: [], True: []}
    for pair in range(options.pairs + 1):
        for is_tracked in (False, True) if pair % 2 == 0 else (True, False):
            run = folder / f"pair-{pair}-{'tracked' if is_tracked else 'plain'}"
            found = train(options, run, address if is_tracked else None)
            # The first pair brings files into the page cache.
            if pair > 0:
                seconds[is_tracked].append(found)
                print(f"{run.name}: {found[0]:.2f} s, {found[1]:.2f} s of CPU time", file=sys.stderr)
    print(f"\n| {options.pairs} pairs | no tracker | TensorBoard and MLflow | ratio of the medians | of the pairs |\n"
          "|---|---:|---:|---:|---|")
    for place, name in enumerate(("seconds", "CPU seconds")):
        plain, tracked = ([found[place] for found in seconds[kind]] for kind in (False, True))
        ratios = [b / a for a, b in zip(plain, tracked)]
        medians = statistics.median(plain), statistics.median(tracked)
        print(f"| {name} | {medians[0]:.2f} | {medians[1]:.2f} | {medians[1] / medians[0]:.4f} | "
              f"{min(ratios):.3f} to {max(ratios):.3f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--pairs", type=int, default=0, help="time so many pairs of runs, without and with trackers")
    parser.add_argument("--ocellus", type=pathlib.Path, default=OCELLUS)
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory(prefix="ocellus-trackers-") as name:
        for store in STORES:
            folder = pathlib.Path(name) / store
            folder.mkdir()
            with server(store, folder) as address:
                train(options, folder / "run", address)
                found[store] = compare(folder / "run", address)
                told = hyperparameters(folder / "run", options.epochs)
                if options.pairs and store == "SQLite":
                    cost(options, folder, address)
    print("\nThe largest difference to metrics.csv and run.json:\n")
    columns = [(reader, store) for reader in ("TensorBoard", "MLflow", "report") for store in STORES]
    print("| | values | " + " | ".join(f"{reader}, {store}" for reader, store in columns) + " |")
    print("|---|---:|" + "---:|" * len(columns))
    differences = 0
    for name in (*EPOCHS, *TEST):
        cells = []
        for reader, store in columns:
            value = found[store][name][1].get(reader)
            differences += bool(value)
            cells.append("" if value is None else f"{value:.3g}")
        print(f"| {name} | {found['SQLite'][name][0]} | " + " | ".join(cells) + " |")
    print(f"\nTensorBoard shows {told[0]} hyperparameters beside {told[1]} metrics.")
    if differences:
        sys.exit(f"benchmarks: {differences} differ")


if __name__ == "__main__":
    main()
