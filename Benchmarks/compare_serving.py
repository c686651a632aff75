"""Ocellus' service beside the guide's, Flask around Keras: requests a second, latency, memory, time to be ready.

    make serving ARGUMENTS="runs/parts/model"        a model of the guide's network, `simple`, of 224×224

Both serve the same weights and get the same 640×480 JPEG from wrk, in turns, at 1, 8 and 64 connections. Memory is the most that
a process had resident. The time to start ends with the first answer to POST /predict; Ocellus' time to be ready, with the first 200
from /readyz, which the guide's service has not. Prints a table in Markdown.
"""

import argparse
import http.client
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
OCELLUS = HERE.parent / ".build" / "release" / "ocellus"


def make_picture(path):
    """A 640×480 JPEG with detail of all scales, as a photo has: always the same."""
    random = numpy.random.default_rng(0)
    total = numpy.zeros((480, 640, 3), numpy.float32)
    for octave in range(8):
        noise = random.random((4 << octave, 5 << octave, 3), numpy.float32) - 0.5
        layers = [Image.fromarray(noise[..., c]).resize((640, 480), Image.Resampling.BICUBIC) for c in range(3)]
        total += numpy.stack([numpy.asarray(layer) for layer in layers], axis=-1) * 0.68**octave
    Image.fromarray((numpy.clip(total * 0.6 + 0.5, 0, 1) * 255).astype(numpy.uint8)).save(path, quality=90)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """One of the two, running."""

    def __init__(self, command, port, body):
        self.port = port
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            if self.process.poll() is not None:
                sys.exit(f"serving: it ended at once: {' '.join(map(str, command))}")
            try:
                self.answer = self.ask(body)
                break
            except OSError:
                if time.perf_counter() - start > 120:
                    sys.exit("serving: no answer within two minutes")
                time.sleep(0.001)
        self.ready = (time.perf_counter() - start) * 1000

    def ask(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(
            "POST", "/predict", body, {"Content-Type": "multipart/form-data; boundary=ocellus-benchmark"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit(f"serving: status {answer.status}: {text.decode(errors='replace')}")
        return json.loads(text)

    def load(self, connections, seconds, picture):
        threads = min(connections, 2)
        output = subprocess.run(
            ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s",
             str(HERE / "wrk_predict.lua"), f"http://127.0.0.1:{self.port}/predict"],
            env={**os.environ, "PICTURE": str(picture)}, capture_output=True, text=True, check=True)
        return json.loads(output.stdout.strip().splitlines()[-1])

    def memory(self):
        """The most that was resident, mapped files included, in MB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return float("nan")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def time_to_ready(command, port):
    """From the start of a process to the first 200 from its /readyz, in milliseconds."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                    connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    if connection.recv(1024).startswith(b"HTTP/1.1 200"):
                        return (time.perf_counter() - start) * 1000
            except OSError:
                pass
            time.sleep(0.0002)
        sys.exit(f"serving: it ended at once: {' '.join(map(str, command))}")
    finally:
        process.terminate()
        process.wait(timeout=30)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--seconds", type=int, default=8, help="of each load")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--starts", type=int, default=20, help="of Ocellus, to time how long it takes to be ready")
    parser.add_argument("--ocellus", type=pathlib.Path, default=OCELLUS)
    parser.add_argument("--serve-options", default="", help="more options of 'ocellus serve'")
    options = parser.parse_args()
    classes = json.loads((options.model / "model.json").read_text())["classes"]

    with tempfile.TemporaryDirectory(prefix="ocellus-serving-") as folder:
        folder = pathlib.Path(folder)
        picture, keras = folder / "photo.jpg", folder / "model.keras"
        make_picture(picture)
        body = (b'--ocellus-benchmark\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
                + picture.read_bytes() + b"\r\n--ocellus-benchmark--\r\n")
        service = HERE / "peers" / "guide_service.py"
        subprocess.run([sys.executable, service, "convert", options.model, keras], check=True)

        def command(name, port):
            if name == "Ocellus":
                return [options.ocellus, "serve", options.model, "--port", port, "--log-level", "notice",
                        *options.serve_options.split()]
            return [sys.executable, service, "serve", keras, port, *classes]

        def start(name):
            port = free_port()
            return Service(command(name, port), port, body)

        names = ["the guide's", "Ocellus"]
        figures = {name: {"ready": [], "memory": []} for name in names}
        answers = {}
        for _ in range(options.rounds):
            for name in names:
                running = start(name)
                figures[name]["ready"].append(running.ready)
                answers[name] = running.answer
                try:
                    running.load(1, 1, picture)
                    for connections in options.connections:
                        result = running.load(connections, options.seconds, picture)
                        print(name, connections, result, file=sys.stderr)
                        figures[name].setdefault(connections, []).append(result)
                    figures[name]["memory"].append(running.memory())
                finally:
                    running.stop()
        ready = []
        for _ in range(options.starts):
            port = free_port()
            ready.append(time_to_ready(command("Ocellus", port), port))
        print_table(options, names, figures, answers)
        print(f"Ocellus is ready after {statistics.median(ready):.1f} ms, the median of {len(ready)} starts "
              f"({min(ready):.1f} to {max(ready):.1f})")


def print_table(options, names, figures, answers):
    def median(name, connections, key):
        return statistics.median(result[key] for result in figures[name][connections])

    def row(title, values, unit, better):
        guide, ours = values
        ratio = ours / guide if better == "more" else guide / ours
        print(f"| {title} | {guide:.4g} {unit} | {ours:.4g} {unit} | {ratio:.1f} × |")

    print("| | the guide's | Ocellus | better by |\n|---|---:|---:|---:|")
    for connections in options.connections:
        word = "connection" if connections == 1 else "connections"
        row(f"{connections} {word}, requests/s", [median(n, connections, "rate") for n in names], "", "more")
        row(f"{connections} {word}, median", [median(n, connections, "p50") for n in names], "ms", "less")
        row(f"{connections} {word}, p99", [median(n, connections, "p99") for n in names], "ms", "less")
    for key, unit, title in [("memory", "MB", "most memory resident"), ("ready", "ms", "from start to first answer")]:
        row(title, [statistics.median(figures[n][key]) for n in names], unit, "less")
    errors = {n: sum(r["errors"] for c in options.connections for r in figures[n][c]) for n in names}
    print(f"\nerrors: {errors}; answers: {answers}")


main()
