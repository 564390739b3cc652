"""Machines that scan at the same time with nothing but --shard and --machines: what a server sees of all of them."""

import json
import re
import subprocess

import harness
from harness import CAASCAN
from lab import Lab

MACHINES = 3
RATE, INFLIGHT = 100, 32
HOST = "ns1.busy"


def scenario():
    # Every name is a registrable domain, so that they spread over the shards, and all of them are one server's.
    zones = [{"zone": "busy", "servers": [{"host": "ns1", "addresses": ["127.20.0.1"]}],
              "records": ["* CAA 0 issue \"letsencrypt.org\""]},
             {"zone": ".", "servers": 1}]
    return json.dumps({"zones": zones})


class MachineCase(harness.Case):

    def start(self, delay_ms=100):
        path = self.file("scenario.json", scenario())
        self.lab = Lab(self.folder, scenario=path, serve=["--windows", "--delay", str(delay_ms)])
        self.addCleanup(self.lab.stop)

    def windows(self):
        self.lab.stop()
        return json.loads((self.folder / "lab.log").read_text().splitlines()[-1])["windows"]


class Machines(MachineCase):

    def scan_by_shards(self, *options, names, machines=MACHINES):
        """What each machine said; all of them together have scanned all names."""
        path = self.file("names.txt", "".join(f"n{i}.busy\n" for i in range(names)))
        scans = [subprocess.Popen([CAASCAN, "scan", *self.lab.options(), *options, "--threads", "1", "--shard", f"{i}/{machines}",
                                   "-o", str(self.folder / f"shard-{i}.ndjson"), path],
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) for i in range(1, machines + 1)]
        said = [scan.communicate(timeout=100)[1].decode() for scan in scans]
        self.assertEqual([scan.returncode for scan in scans], [0] * machines, said)
        records = [json.loads(line) for i in range(1, machines + 1)
                   for line in (self.folder / f"shard-{i}.ndjson").read_text().splitlines()]
        self.assertEqual(len({record["name"] for record in records}), names)
        self.assertEqual(len(records), names)
        return said

    def busiest(self):
        servers = self.windows()["servers"]
        return max(s["most_in_1s"] for s in servers.values()), max(s["most_at_once"] for s in servers.values())

    def test_the_limits_hold_for_all_together(self):
        self.start()
        said = self.scan_by_shards("--machines", str(MACHINES), names=700)
        self.assertEqual([line for line in said if "warning" in line], [])
        rate, inflight = self.busiest()
        self.assertLessEqual(rate, RATE)
        self.assertGreater(rate, 0.8 * RATE)
        self.assertLessEqual(inflight, INFLIGHT)

    def test_without_it_they_are_multiplied_and_that_is_said(self):
        self.start()
        said = self.scan_by_shards(names=1200)
        for lines in said:
            self.assertIn("warning: 3 machines may ask one server 300 times a second; --machines 3", lines)
        rate, _ = self.busiest()
        self.assertGreater(rate, RATE)

    def test_places_are_divided(self):
        self.start(delay_ms=150)
        self.scan_by_shards("--machines", str(MACHINES), "--server-inflight", "6", "--server-rate", "0", names=150)
        _, inflight = self.busiest()
        self.assertLessEqual(inflight, 6)
        self.assertGreaterEqual(inflight, 5)

    def test_the_rate_of_all_servers_is_divided(self):
        self.start(delay_ms=1)
        said = self.scan_by_shards("--machines", str(MACHINES), "--rate", "90", "--server-rate", "0", names=600)
        queries = sum(int(re.search(r"([\d,]+) quer", lines)[1].replace(",", "")) for lines in said)
        seconds = max(float(re.search(r"in ([\d.]+) s", lines)[1]) for lines in said)
        # The burst of 32 turns a machine, and what comes before the workers, aside.
        self.assertLess(queries / seconds, 90 * 1.5)

    def test_one_machine_at_a_time_is_not_warned_of(self):
        self.start(delay_ms=1)
        said = self.scan_by_shards("--machines", "1", names=30, machines=2)
        self.assertEqual([line for line in said if "warning" in line], [])


class ServerLimits(MachineCase):

    def scan_with(self, limits, names, *options):
        path = self.file("limits", limits)
        listed = self.file("names.txt", "".join(f"n{i}.busy\n" for i in range(names)))
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), *options, "--server-limits", path, listed,
                                "-o", self.folder / "out.ndjson")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return max(s["most_in_1s"] for s in self.windows()["servers"].values())

    def test_an_address(self):
        self.start(delay_ms=1)
        rate = self.scan_with("127.20.0.0/16 20\n127.20.0.1 250\n", 600)
        self.assertLessEqual(rate, 250)
        self.assertGreater(rate, 150)

    def test_a_name_and_places(self):
        self.start(delay_ms=1)
        rate = self.scan_with("busy 40\n", 120)
        self.assertLessEqual(rate, 40)
        self.assertGreater(rate, 30)

    def test_machines_divide_it(self):
        self.start(delay_ms=1)
        rate = self.scan_with(f"{HOST} 120\n", 120, "--machines", "3")
        self.assertLessEqual(rate, 40)
        self.assertGreater(rate, 30)

    def test_what_is_no_limit_is_refused(self):
        self.start(delay_ms=1)
        path = self.file("limits", "# x\n192.0.2.1\n")
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--server-limits", path, stdin="a.test\n")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--server-limits", f"{path}:2")


if __name__ == "__main__":
    harness.main()
