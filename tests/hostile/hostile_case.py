"""What the tests of hostile servers stand on: a scan that is measured, against one World or against many attacks."""

import json
import os
import pathlib
import resource
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import attacks
import harness
from harness import CAASCAN
from lab import Lab
from world import Beside, World

VICTIM = "victim.test"
HELD = {VICTIM: ";"}  # It forbids, whatever is forged.
MOST_QUERIES, MOST_CPU_S, MOST_S = 100, 10.0, 60  # With room for sanitizers and a busy machine.
MOST_UNITS, MOST_OCTETS = 12_000, (192 + 64) << 10  # A name; the last answer may be of 64 KB.
NEIGHBOUR = {"zone": "neighbour.test", "dnssec": True, "records": ['@ CAA 0 issue ";"']}
# The sanitizer holds back what was freed: not so much that it hides how much is used.
SANITIZER = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"


class Hostile(harness.Case):

    def look(self, handle, name=VICTIM, *options):
        """The record of one name, and the CPU and the time that the scan took."""
        begun = time.monotonic()
        record_of_it, = self.scan(World(handle), [name], *options)
        return record_of_it, self.usage.ru_utime + self.usage.ru_stime, time.monotonic() - begun

    def scan(self, world, names, *options, descriptors=None):
        """The records of names; with so many descriptors at most."""
        self.addCleanup(world.close)
        hints = self.file("hints", world.hints())
        return self.run_scan(names, "--port", "5300", "--root-hints", hints, "--allow-special", "--dnssec", "off",
                             "--timeout", "500", *options, descriptors=descriptors)

    def run_scan(self, names, *options, descriptors=None):
        """The records of names, which end within their limits of work and octets. self.usage is then what the kernel says
        of the scan: CPU, and the most memory."""
        def limit():
            if descriptors is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        output, errors, status = (self.folder / each for each in ("out.ndjson", "errors", "status"))
        with open(errors, "wb") as errors_to:
            scan = subprocess.Popen(
                [CAASCAN, "scan", *options, "--status", str(status), "-o", str(output), "--overwrite",
                 self.file("names", "\n".join(names) + "\n")], preexec_fn=limit, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors_to, env={**os.environ, "ASAN_OPTIONS": SANITIZER})
        deadline = time.monotonic() + harness.PATIENCE_S
        while (ended := os.wait4(scan.pid, os.WNOHANG))[0] == 0:
            if time.monotonic() > deadline:
                scan.kill()
                self.fail("the scan does not end")
            time.sleep(0.02)
        scan.returncode, self.usage = os.waitstatus_to_exitcode(ended[1]), ended[2]
        self.assertEqual(scan.returncode, 0, errors.read_text())
        spent = json.loads(status.read_text())
        self.assertLessEqual(spent["validation_units"], MOST_UNITS * (len(names) + 1), spent)  # With the root's keys.
        self.assertLessEqual(spent["reply_octets"], MOST_OCTETS * (len(names) + 1), spent)
        return [json.loads(line) for line in output.read_text().splitlines()]

    def scan_attacks(self, kinds, count, *options):
        """The records of so many hostile names, zones of attacks.py below a signed parent, whose honest neighbour is not
        harmed. Each ends within its queries."""
        zones = attacks.zones(kinds, count)
        parent = attacks.parent(zones)
        parent["zones"] += [NEIGHBOUR, {"zone": ".", "dnssec": True}]
        beside = Beside([sys.executable, str(HERE / "serve.py"), "1", str(count), *kinds])
        self.addCleanup(beside.stop)
        self.lab = Lab(self.folder, scenario=self.file("scenario.json", json.dumps(parent)))
        self.addCleanup(self.lab.stop)
        beside.wait_until_ready()
        found = {each["name"]: each for each in self.run_scan(
            [NEIGHBOUR["zone"], *(zone.target() for zone in zones)], *self.lab.options(), "--timeout", "500", *options)}
        neighbour = found.pop(NEIGHBOUR["zone"])
        self.assertEqual((neighbour["reason"], neighbour["dnssec"]), ("issuance_forbidden", "secure"), neighbour)
        self.assertEqual(set(found), {zone.target() for zone in zones})
        for each in found.values():
            self.assertLessEqual(each["queries"], MOST_QUERIES, each)
        return list(found.values())
