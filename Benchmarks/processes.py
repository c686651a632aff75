"""Runs the commands that are timed, each in a process of its own, and those that make what they need."""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

# No command takes so many seconds, unless it hangs.
TIMEOUT = 300


class Failure(Exception):
    """A command that did not do what it should."""


def run(command, cores, environment=()):
    """Runs a command on `cores`; gives its output, and the most memory that it had resident, in MB."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, **dict(environment)},
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        timer = threading.Timer(TIMEOUT, process.kill)
        timer.start()
        try:
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            timer.cancel()
        if process.returncode != 0:
            errors.seek(0)
            raise Failure(f"exit code {process.returncode}: {' '.join(words)}\n{errors.read().strip()[-2000:]}")
    return output, usage.ru_maxrss / 1024


@dataclasses.dataclass(frozen=True)
class Measurement:
    """What one process said of itself."""

    value: float
    # The most memory that it had resident, in MB.
    memory: float
    # The peer's version, or Ocellus' processor; nothing from commands that are timed whole.
    device: str | None


def measure(row, entrant, cores, seconds):
    """Times an entrant once."""
    if entrant.is_timed_whole:
        return time_whole(entrant, cores, seconds)
    options = ("--threads", str(len(cores)), "--seconds", str(seconds))
    output, memory = run((*entrant.command, *options), cores, entrant.environment)
    result = json.loads(output.strip().splitlines()[-1])
    return Measurement(result[row.key], memory, result.get("device"))


def time_whole(entrant, cores, seconds):
    """The median time of a process in milliseconds, after a first one that brings files into the page cache."""
    _, memory = run(entrant.command, cores, entrant.environment)
    durations = []
    start = time.perf_counter()
    while len(durations) < 3 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        run(entrant.command, cores, entrant.environment)
        durations.append(time.perf_counter() - before)
    return Measurement(statistics.median(durations) * 1e3, memory, None)


class Files:
    """What rows need on disk: made when it is first needed, in a folder that goes when the table is done."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.commands = {}

    def add(self, name, *command):
        """Says which command makes a file or folder."""
        self.commands[self.folder / name] = command

    def make_for(self, command, cores):
        """Makes what a command reads."""
        paths = {path for word in command if isinstance(word, pathlib.Path) for path in (word, *word.parents)}
        for path in paths & self.commands.keys():
            maker = self.commands.pop(path)
            self.make_for(maker, cores)
            run(maker, cores)
