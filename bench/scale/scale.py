#!/usr/bin/python3
"""Measures the processor time of a scan of a list, of a run in chunks, and of one that an engine deals out."""

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "tests" / "e2e"))
import harness  # noqa: E402
from engine import Engine  # noqa: E402
from harness import CAASCAN  # noqa: E402
from lab import Lab  # noqa: E402

UNLIMITED = ["--server-rate", "0", "--server-inflight", "0", "--progress", "never"]


def cpu_of(commands):
    """Seconds of user and system time that the commands take together, side by side."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = [subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL) for command in commands]
    for process in running:
        if process.wait() != 0:
            sys.exit(f"failed: {process.args}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(folder, arguments):
    names = folder / "names.txt"
    names.write_text("".join(f"n{i}.d{i % 5000}.example.com\n" for i in range(arguments.names)))
    lab = Lab(folder)
    engine = Engine(folder)
    common = [*lab.options(), *UNLIMITED]
    times = {"list": [], "plan": [], "chunks": [], "engine": []}
    for turn in range(arguments.repeat):
        run = folder / f"run-{turn}"
        access = ["--engine", engine.url, "--run", f"run-{turn}"]
        times["list"].append(cpu_of([[CAASCAN, "scan", *common, names, "-o", folder / f"list-{turn}.ndjson.zst"]]))
        times["plan"].append(cpu_of([[CAASCAN, "plan", "--machines-at-most", arguments.machines, *access, "-o", run, names]]))
        times["chunks"].append(cpu_of([[CAASCAN, "scan", *common, run, "-o", folder / f"chunks-{turn}"]]))
        times["engine"].append(cpu_of([[CAASCAN, "scan", *common, *access, run]] * arguments.machines))
    engine.stop()
    lab.stop()
    base = statistics.median(times["list"])
    for what, each in times.items():
        of_name = statistics.median(each) / arguments.names * 1e6
        print(f"{what:8} {of_name:8.2f} us a name {100 * (statistics.median(each) / base - 1):+7.1f} % of a list's")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--machines", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    harness.enter_namespace()
    with tempfile.TemporaryDirectory() as folder:
        measure(pathlib.Path(folder), arguments)


if __name__ == "__main__":
    main()
