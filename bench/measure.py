"""What the benches share: clients pinned to one core, servers to the other, and what the kernel says they used."""

import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build" / "bin"
INSIDE = "CAASCAN_BENCH_NAMESPACE"
CLIENT_CORE, SERVER_CORE = "0", "1"
LIMIT_S = 120


def build(*targets):
    """The release build of these targets."""
    subprocess.run([ROOT / "scripts" / "setup"], check=True)
    subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "release", "-j", str(os.cpu_count()), "--target", *targets],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def enter_namespace():
    """Runs this program again inside a network namespace of its own."""
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    os.environ[INSIDE] = "1"
    os.execvp("unshare", [*unshare, "sh", "-c", 'ip link set lo up && exec "$0" "$@"', *sys.argv])


class Usage:
    """CPU seconds, wall seconds and peak memory of finished processes, added up."""

    def __init__(self):
        self.user_s = self.system_s = self.wall_s = 0.0
        self.peak_mib = 0.0

    def add(self, rusage):
        self.user_s += rusage.ru_utime
        self.system_s += rusage.ru_stime
        self.peak_mib += rusage.ru_maxrss / 1024


def pinned(core, command):
    return ["taskset", "-c", core, *map(str, command)]


def finish(process, usage):
    """Waits for a process and adds what it used."""
    _, status, rusage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    usage.add(rusage)
    return process.returncode


def run_client(command, usage, log, environment=None, limit_s=LIMIT_S):
    """Runs a client to its end; its output goes to `log`."""
    began = time.monotonic()
    with open(log, "w", encoding="utf-8") as out:
        process = subprocess.Popen(pinned(CLIENT_CORE, ["timeout", str(limit_s), *command]), stdout=out, stderr=out,
                                   env={**os.environ, **(environment or {})})
        code = finish(process, usage)
    usage.wall_s += time.monotonic() - began
    if code != 0:
        sys.exit(f"bench: {command[0]} ended with {code}:\n{pathlib.Path(log).read_text()[-2000:]}")


class Server:
    """A process on the server's core, until stop()."""

    def __init__(self, command, log, core=SERVER_CORE):
        self.log = log
        with open(log, "w", encoding="utf-8") as out:
            self.process = subprocess.Popen(pinned(core, command), stdout=out, stderr=subprocess.STDOUT)

    def first_line(self):
        for _ in range(600):
            lines = pathlib.Path(self.log).read_text().splitlines()
            if lines:
                return lines[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        sys.exit(f"bench: {self.process.args[3]} did not start; see {self.log}")

    def stop(self, usage=None):
        self.process.send_signal(signal.SIGTERM)
        finish(self.process, usage or Usage())
