"""Attacks Ocellus' service on this machine, within bounds, and watches that others are still served.

    Benchmarks/attack_serving.py runs/parts/model PHOTO.jpg ../shared/data/odd-images

Hostile bodies made of odd pictures, forms that are no forms, slow headers and bodies, idle connections, bodies announced and never
sent. All the while a good client asks for PHOTO. Prints a table in Markdown; fails when the service ended, answered 5xx (but 503),
or did not serve the good client. Needs nothing but Python.
"""

import argparse
import base64
import http.client
import json
import os
import pathlib
import random
import resource
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
OCELLUS = HERE.parent / ".build" / "release" / "ocellus"
TYPE = "multipart/form-data; boundary=B"


def form(content, filename="x.jpg"):
    return (f'--B\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'.encode()
            + content + b"\r\n--B--\r\n")


class Server:
    def __init__(self, command):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [*map(str, command), "--port", str(self.port), "--log-level", "error", "--header-timeout", "5",
             "--body-timeout", "5"])
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("attack: the service did not start")
                time.sleep(0.01)

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in status if line.startswith(("VmRSS", "VmHWM"))}


class GoodClient(threading.Thread):
    """Asks for one picture again and again, and notes how long each answer took."""

    def __init__(self, port, photo):
        super().__init__(daemon=True)
        self.port, self.body = port, form(photo)
        self.times, self.failures, self.goes_on = [], [], True

    def run(self):
        while self.goes_on:
            start = time.perf_counter()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                connection.request("POST", "/predict", self.body, {"Content-Type": TYPE})
                answer = connection.getresponse()
                answer.read()
                connection.close()
                if answer.status == 200:
                    self.times.append(time.perf_counter() - start)
                else:
                    self.failures.append(answer.status)
            except OSError as error:
                self.failures.append(repr(error))
            time.sleep(0.02)


def mutated(source, chance):
    """A picture's bytes with some of them changed, cut, doubled or put elsewhere."""
    data = bytearray(source)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(data) + 1)
        kind = chance.randrange(6)
        if kind == 0 and data:
            data[place % len(data)] = chance.randrange(256)
        elif kind == 1:
            del data[place:place + chance.randint(1, 200)]
        elif kind == 2:
            data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 50)))
        elif kind == 3:
            data[place:place + 4] = chance.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
        elif kind == 4:
            data[place:place] = data[:place][-100:]
        else:
            del data[place:]
    return bytes(data)


def hostile_request(picture, chance):
    """Path, headers and body of a request that a good client would not send."""
    content = mutated(picture, chance)
    kind = chance.randrange(10)
    if kind < 5:
        return "/predict", {"Content-Type": TYPE}, form(content, chance.choice(["x.jpg", "../../etc/passwd", "\0", "a" * 3000]))
    if kind == 5:
        return "/predict?top=" + str(chance.randint(-5, 2000)), {"Content-Type": "image/jpeg"}, content
    if kind == 6:
        return "/predict", {"Content-Type": TYPE}, mutated(form(content[:3000]), chance)
    if kind == 7:
        text = json.dumps({"image": base64.b64encode(content).decode()}).encode()
        return "/predict", {"Content-Type": "application/json"}, text if chance.random() < 0.5 else mutated(text, chance)
    if kind == 8:
        head = json.dumps({"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES",
                                       "parameters": {"binary_data_size": len(content) + 4}}]}).encode()
        body = head + len(content).to_bytes(4, "little") + content
        return "/v2/models/default/infer", {"Inference-Header-Content-Length": str(len(head) + chance.choice([0, 0, 0, 1, -1]))}, body
    boundary = chance.choice(["", "B" * 100, "\u00e4", '"', "B; boundary=C"])
    return "/predict", {"Content-Type": f"multipart/form-data; boundary={boundary}".encode("latin-1")}, form(content)


def hostile_bodies(server, pictures, count, seed):
    statuses, chance = {}, random.Random(seed)
    connection = None
    for _ in range(count):
        path, headers, body = hostile_request(chance.choice(pictures), chance)
        for attempt in range(2):
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read()
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
                break
            except OSError as error:
                # An early answer closes the connection; what was being sent may fail then.
                connection = None
                if attempt == 1:
                    statuses[type(error).__name__] = statuses.get(type(error).__name__, 0) + 1
    return statuses


def open_many(server, count, first):
    sockets = []
    for _ in range(count):
        try:
            one = socket.create_connection(("127.0.0.1", server.port), timeout=5)
            if first:
                one.sendall(first)
            sockets.append(one)
        except OSError:
            pass
    return sockets


def trickle(sockets, seconds, byte):
    """Sends a byte on each connection now and then; how many the service has closed in the end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for one in sockets:
            try:
                one.send(byte, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except OSError:
                pass
        time.sleep(0.5)
    closed = 0
    for one in sockets:
        one.settimeout(0.01)
        try:
            while True:
                if not one.recv(4096):
                    closed += 1
                    break
        except (TimeoutError, BlockingIOError):
            pass
        except OSError:
            closed += 1
        one.close()
    return closed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("photo", type=pathlib.Path)
    parser.add_argument("odd", type=pathlib.Path, help="a folder of odd pictures")
    parser.add_argument("--bodies", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ocellus", type=pathlib.Path, default=OCELLUS)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))

    suffixes = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif"}
    pictures = [p.read_bytes() for p in sorted(options.odd.rglob("*")) if p.suffix.lower() in suffixes and p.stat().st_size < 300_000]
    server = Server([options.ocellus, "serve", options.model])
    failed = False

    def attack(title, run):
        nonlocal failed
        client = GoodClient(server.port, options.photo.read_bytes())
        client.start()
        start = time.monotonic()
        result = run()
        client.goes_on = False
        client.join()
        memory = server.memory()
        times = sorted(client.times) or [float("nan")]
        failed |= bool(client.failures) or not client.times or server.process.poll() is not None
        print(f"| {title} | {time.monotonic() - start:.0f} s | {result} | {len(client.times)}, failed {len(client.failures)} | "
              f"{statistics.median(times) * 1000:.1f} ms | {times[-1] * 1000:.0f} ms | {memory['VmRSS']:.0f} MB |", flush=True)
        if client.failures:
            print("the good client's failures:", client.failures[:5], file=sys.stderr)

    print("| attack | took | what came of it | good client's answers | its median | its slowest | memory after |\n|---|---:|---|---:|---:|---:|---:|")
    attack("none, for comparison", lambda: time.sleep(5) or "")
    statuses = {}

    def bodies():
        found = [{} for _ in range(4)]

        def work(place):
            found[place] = hostile_bodies(server, pictures, options.bodies // 4, options.seed + place)

        threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for part in found:
            for status, count in part.items():
                statuses[status] = statuses.get(status, 0) + count
        return ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items(), key=str))

    attack(f"{options.bodies} hostile bodies, four at once", bodies)
    failed |= any(isinstance(status, int) and status >= 500 and status != 503 for status in statuses)

    def held(first, byte, seconds=8):
        sockets = open_many(server, options.connections, first)
        return f"{trickle(sockets, seconds, byte)} of {len(sockets)} cut off"

    attack(f"{options.connections} idle connections", lambda: held(b"", b""))
    attack(f"{options.connections} slow headers", lambda: held(b"POST /predict HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"y"))
    slow = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: {TYPE}\r\nContent-Length: 1000000\r\n\r\n--B\r\n".encode()
    attack(f"{options.connections} slow bodies", lambda: held(slow, b"y"))
    half = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: {TYPE}\r\nContent-Length: 30000000\r\n\r\n".encode()
    attack("60 bodies of 30 MB, all but their ends sent", lambda: large(server, half))
    peak = server.memory()["VmHWM"]
    server.process.send_signal(signal.SIGTERM)
    code = server.process.wait(timeout=30)
    print(f"\nmost memory resident: {peak:.0f} MB; exit code after SIGTERM: {code}")
    sys.exit("attack: it did not hold" if failed or code != 0 else 0)


def large(server, head):
    """Fills the server's memory with bodies, as far as it lets itself be filled."""
    statuses, piece = {}, b"y" * 1_000_000

    def send():
        status = "cut off"
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as one:
                one.sendall(head)
                for _ in range(29):
                    one.sendall(piece)
                status = one.recv(200).split(b" ")[1].decode()
        except (OSError, IndexError):
            pass
        statuses[status] = statuses.get(status, 0) + 1

    threads = [threading.Thread(target=send) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))


main()
