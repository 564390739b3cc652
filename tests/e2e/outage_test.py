"""When this machine's own network fails, no server is accused."""

import collections
import json
import subprocess
import time

import harness
from harness import CAASCAN
from lab import Lab

NAMES = 900


class Outage(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        self.out = self.folder / "out.ndjson"

    def records(self):
        if not self.out.exists():
            return []
        return [json.loads(line) for line in self.out.read_bytes().splitlines(True) if line.endswith(b"\n")]

    def start_scan(self, *options):
        """A scan that has got its first records, and has more to do: not all names wait for their parent at once."""
        path = self.file("names.txt", "".join(f"n{i}.example.com\n" for i in range(NAMES)))
        scan = subprocess.Popen([CAASCAN, "scan", *self.lab.options(), "--server-rate", "0", "--rate", "150", "--timeout",
                                 "500", "--threads", "2", "--concurrency", "100", *options, path, "--overwrite", "-o", self.out], stderr=subprocess.PIPE)
        self.addCleanup(scan.kill)
        deadline = time.monotonic() + harness.PATIENCE_S
        while len(self.records()) < 50:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        return scan

    def finish(self, scan):
        _, errors = scan.communicate(timeout=harness.PATIENCE_S)
        self.assertEqual(scan.returncode, 0, errors.decode())
        records = self.records()
        self.assertEqual(len(records), NAMES)
        for record in records:
            self.assertNotIn("findings", record)
        return collections.Counter(record["reason"] for record in records)

    def run_as_root(self, *arguments):
        subprocess.run(arguments, check=True)

    def drop_everything(self):
        self.run_as_root("nft", "add table inet cut; add chain inet cut input { type filter hook input priority 0; policy drop; }")

    def test_nothing_comes_in_any_more(self):
        for recheck in ("0", "1"):
            with self.subTest(recheck=recheck):
                scan = self.start_scan("--recheck", recheck)
                self.drop_everything()
                try:
                    reasons = self.finish(scan)
                finally:
                    self.run_as_root("nft", "delete table inet cut")
                self.assertEqual(set(reasons), {"no_caa", "local_fault"} if "no_caa" in reasons else
                                 {"issuer_authorized", "local_fault"}, reasons)
                self.assertGreater(reasons["local_fault"], 100)
                self.out.unlink()

    def test_nothing_comes_in_for_a_while(self):
        self.cut_for_a_while()

    def test_nothing_comes_in_for_a_while_over_tcp(self):
        """The canaries have no UDP either."""
        self.cut_for_a_while("--tcp")

    def cut_for_a_while(self, *options):
        status = self.folder / "status.json"
        scan = self.start_scan("--recheck", "0", "--status", str(status), *options)
        self.drop_everything()
        deadline = time.monotonic() + harness.PATIENCE_S
        try:
            while json.loads(status.read_text())["outages"] == 0:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
        finally:
            self.run_as_root("nft", "delete table inet cut")
        reasons = self.finish(scan)
        self.assertEqual(len(reasons), 1, reasons)

    def test_no_way_out(self):
        scan = self.start_scan("--recheck", "0")
        self.run_as_root("ip", "link", "set", "lo", "down")
        try:
            reasons = self.finish(scan)
        finally:
            self.run_as_root("ip", "link", "set", "lo", "up")
        self.assertGreater(reasons.pop("local_fault"), 100)
        self.assertEqual(len(reasons), 1, reasons)

    def test_sending_is_forbidden(self):
        scan = self.start_scan("--recheck", "0")
        self.run_as_root("nft", "add table inet cut; add chain inet cut output { type filter hook output priority 0; policy drop; }")
        try:
            reasons = self.finish(scan)
        finally:
            self.run_as_root("nft", "delete table inet cut")
        self.assertGreater(reasons.pop("local_fault"), 100)
        self.assertEqual(len(reasons), 1, reasons)


class ResolverDown(harness.Case):
    """The resolver is ours to start, and no letter goes to anyone else."""

    def test_no_resolver_has_ever_answered(self):
        words = ("--resolver", "127.0.0.1:5399", "--allow-special", "--timeout", "200")
        done = self.run_program(CAASCAN, "scan", *words, stdin="www.example.com\nexample.org\n")
        self.assertEqual(done.returncode, 1)
        self.assert_one_clear_line(done, "no resolver of --resolver has ever answered", "2 records out")
        for line in done.stdout.splitlines():
            record = json.loads(line)
            self.assertEqual({finding["code"] for finding in record["findings"]}, {"resolver_down"})
            self.assertFalse(record["may_issue"])
        checked = self.run_program(CAASCAN, "check", *words, "www.example.com")
        self.assertEqual(checked.returncode, 1)
        self.assert_one_clear_line(checked, "no resolver of --resolver has ever answered")

    def test_nothing_to_ask_is_no_fault_of_the_resolver(self):
        done = self.run_program(CAASCAN, "scan", "--resolver", "127.0.0.1:9", "--allow-special", stdin="a..b\n")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    harness.main()
