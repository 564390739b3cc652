"""What the end-to-end tests stand on: a network namespace of their own, servers that are started, waited for and ended
here, one DNS question without a resolver library, and caascan itself.

Every test program calls main(), which runs it again inside a new namespace (as root, or through a user namespace), so
that port 53, any loopback or IPv6 address and packet faults are free to use, and nothing collides or outlives the test.
"""

import ctypes
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("CAASCAN_BUILD_DIR", SOURCE / "build"))
CAASCAN = str(BUILD / "bin" / "caascan")
CAALAB = os.environ.get("CAASCAN_LAB_PROGRAM") or str(BUILD / "bin" / "caalab")
# Servers lie in /usr/sbin, which an ordinary user's PATH leaves out.
os.environ["PATH"] += ":/usr/sbin:/sbin"

sys.path.insert(0, str(SOURCE / "tests" / "record"))
from closed_schema import closed

# Sanitizers make programs slower; what waits for them waits longer. No verdict depends on it.
PATIENCE_S = 120

TYPE_SOA, TYPE_CAA = 6, 257
RCODE_NOERROR = 0


class Part(unittest.TestLoader):
    """Loads every n-th test, from the k-th on, so that n processes together run each test once."""

    def __init__(self, k, n):
        super().__init__()
        self.k, self.n = k, n

    def loadTestsFromModule(self, module, *args, **kwargs):
        tests, waiting = [], [super().loadTestsFromModule(module, *args, **kwargs)]
        while waiting:
            each = waiting.pop(0)
            if isinstance(each, unittest.TestSuite):
                waiting[:0] = each
            else:
                tests.append(each)
        return self.suiteClass(tests[self.k - 1::self.n])


def record_schema():
    """docs/record.schema.json, with no member allowed that it does not name."""
    return closed(json.loads((SOURCE / "docs" / "record.schema.json").read_text()))


def enter_namespace():
    """Runs the calling program again in a network namespace of its own, where it returns."""
    if os.environ.get("CAASCAN_IN_NAMESPACE") != "1":
        os.environ["CAASCAN_IN_NAMESPACE"] = "1"
        how = ["--net"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--net"]
        os.execvp("unshare", ["unshare", *how, sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def main():
    """Runs the calling module's tests in a network namespace of their own; with CAASCAN_PART=k/n only one part of n."""
    enter_namespace()
    k, n = map(int, os.environ.get("CAASCAN_PART", "1/1").split("/"))
    unittest.main(verbosity=2, testLoader=Part(k, n))


def add_address(address):
    """Gives the namespace's loopback interface one more address, usable at once."""
    prefix = "128" if ":" in address else "32"
    no_wait = ["nodad"] if ":" in address else []
    subprocess.run(["ip", "address", "replace", f"{address}/{prefix}", "dev", "lo", *no_wait], check=True)


def _die_with_parent():
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Server:
    """One program that serves until stop(); its output goes to a log beside its data."""

    def __init__(self, arguments, log_path):
        self.arguments = arguments
        self.log_path = log_path
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, preexec_fn=_die_with_parent)

    def wait_until(self, is_ready):
        """Returns once is_ready() is true; an error with the log where the server ends or never gets there."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if is_ready():
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        log = pathlib.Path(self.log_path).read_text(errors="replace")
        raise AssertionError(f"{self.arguments} does not answer\n{log}")

    def stop(self, how=signal.SIGTERM):
        """Ends the server and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def _question(name, qtype, recursion_desired):
    labels = [label for label in name.rstrip(".").split(".") if label]
    wire = b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"
    return struct.pack("!HHHHHH", 0x5EED, 0x0100 if recursion_desired else 0, 1, 0, 0, 0) + wire + struct.pack("!HH", qtype, 1)


def ask(address, port, name, qtype=TYPE_SOA, recursion_desired=False, timeout=0.2):
    """(rcode, answers) of one question over UDP, or None where no answer came."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as channel:
        channel.settimeout(timeout)
        try:
            channel.connect((address, port))
            channel.send(_question(name, qtype, recursion_desired))
            answer = channel.recv(65535)
        except OSError:
            return None
    flags, _, answers = struct.unpack("!HHH", answer[2:8])
    return flags & 0xF, answers


def network_counter(protocol, name):
    """The namespace's count of so many events."""
    lines = [line.split() for line in pathlib.Path("/proc/net/snmp").read_text().splitlines() if line.startswith(protocol + ":")]
    return int(dict(zip(lines[0], lines[1]))[name])


class Case(unittest.TestCase):
    """A test with a directory of its own, and ways to run caascan."""

    maxDiff = None

    def setUp(self):
        # A browser may write its profile until the last moment.
        folder = tempfile.TemporaryDirectory(prefix="caascan-e2e-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, text):
        """Writes a file into the test's directory and returns its path."""
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def run_program(self, *arguments, stdin=b"", stdout=subprocess.PIPE, patience_s=PATIENCE_S):
        """Runs a program to its end. stdin may be text or bytes."""
        return subprocess.run([str(a) for a in arguments], input=stdin.encode() if isinstance(stdin, str) else stdin,
                              stdout=stdout, stderr=subprocess.PIPE, timeout=patience_s, check=False)

    def scan(self, *options, names):
        """The records of a scan that must succeed: one for each name."""
        done = self.run_program(CAASCAN, "scan", *options, stdin="".join(name + "\n" for name in names))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(records), len(names), done.stderr.decode())
        return records

    def assert_one_clear_line(self, done, *parts):
        """Standard error holds exactly one line, and that one names these parts."""
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), 1, done.stderr.decode())
        for part in parts:
            self.assertIn(part, lines[0])
