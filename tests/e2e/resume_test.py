"""A scan that is killed at any moment and resumed gives a record for each input line, exactly once."""

import collections
import gzip
import json
import os
import random
import signal
import subprocess
import time

import harness
from harness import CAASCAN
from lab import Lab

NAMES = 6000
# Slow enough that hardly a run comes to its end before it is killed.
SLOW = ["--rate", "1500", "--server-rate", "0"]
FAST = ["--server-rate", "0"]
SEED = int(os.environ.get("CAASCAN_TEST_SEED", random.SystemRandom().randrange(2 ** 32)))


class Resume(harness.Case):

    @classmethod
    def setUpClass(cls):
        print("CAASCAN_TEST_SEED =", SEED, flush=True)

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        lines = []
        for i in range(NAMES):
            line = {"name": f"n{i}.Example.com"}
            if i % 3 == 0:
                line["id"] = i // 6  # Some lines are the same to the byte.
                line["name"] = f"twin{i // 6}.example.com"
            if i % 5 == 0:
                line["order"] = {"number": [i // 10]}
            lines.append(line)
        lines += [{"name": "no name"}, {"name": "no name"}, {"name": "*.example.com"}]
        self.lines = [json.dumps(line) for line in lines]
        self.input = self.file("names.ndjson", "".join(line + "\n" for line in self.lines))

    def command(self, output, *options):
        return [CAASCAN, "scan", *self.lab.options(), *options, self.input, "--resume", "-o", str(output)]

    def records(self, output):
        """All records, read by the ordinary tools."""
        data = output.read_bytes()
        if output.suffix == ".gz":
            data = gzip.decompress(data)
        elif output.suffix == ".zst":
            data = subprocess.run(["zstd", "-dcq"], input=data, check=True, stdout=subprocess.PIPE).stdout
        return [json.loads(line) for line in data.splitlines()]

    def check_union(self, output):
        def key(name, members):
            return name, json.dumps(members.get("id")), json.dumps(members.get("order"))
        want = collections.Counter(key(members["name"], members) for members in map(json.loads, self.lines))
        records = self.records(output)
        found = collections.Counter(key(record.get("input", record["name"]), record) for record in records)
        self.assertEqual(found - want, {}, "written too often")
        self.assertEqual(want - found, {}, "missing")
        self.assertEqual({(r["outcome"], r["reason"]) for r in records} - {("error", "invalid_name")},
                         {("permit", "issuer_authorized")})

    def run_until_killed(self, output, is_time):
        """Seconds from the start of a slow scan until it was time to kill it; it may end before."""
        began = time.monotonic()
        scan = subprocess.Popen(self.command(output, *SLOW), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not is_time() and scan.poll() is None:
            self.assertLess(time.monotonic() - began, harness.PATIENCE_S)
            time.sleep(0.002)
        took = time.monotonic() - began
        scan.kill()
        self.assertIn(scan.wait(), (-signal.SIGKILL, 0))
        return took

    def kill_and_resume(self, suffix, times, longest_s):
        output = self.folder / ("out.ndjson" + suffix)
        # What a start takes depends on the build and the machine, so the first run is killed at its first output.
        longest_s += 1.5 * self.run_until_killed(output, lambda: output.exists() and output.stat().st_size > 0)
        for _ in range(times - 1):
            end = time.monotonic() + self.random.uniform(0, longest_s)
            self.run_until_killed(output, lambda: time.monotonic() >= end)
        done = self.run_program(*self.command(output, *FAST))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assert_one_clear_line(done, " kept")
        self.check_union(output)
        done = self.run_program(*self.command(output, *FAST))
        self.assert_one_clear_line(done, "0 names in, 0 records out", f"{len(self.lines):,} records kept")
        self.check_union(output)

    def test_killed_twenty_times(self):
        self.kill_and_resume("", 20, 0.3)

    def test_killed_fifteen_times_with_gzip(self):
        self.kill_and_resume(".gz", 15, 1.3)

    def test_killed_fifteen_times_with_zstd(self):
        self.kill_and_resume(".zst", 15, 1.3)

    def test_stopped_names_are_scanned_after_all(self):
        for suffix in ("", ".zst"):
            output = self.folder / ("out.ndjson" + suffix)
            # So slow that names are left however late the output is seen.
            scan = subprocess.Popen(self.command(output, "--rate", "200", "--server-rate", "0"), stdin=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + harness.PATIENCE_S
            while not output.exists() or output.stat().st_size == 0:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            scan.send_signal(signal.SIGTERM)
            self.assertEqual(scan.wait(timeout=harness.PATIENCE_S), 143)
            self.assertIn("stopped", {record["reason"] for record in self.records(output)})
            done = self.run_program(*self.command(output, *FAST))
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            self.check_union(output)

    def test_shards_are_the_whole(self):
        names = [f"n{i}.d{i % 7}.example.com" for i in range(50)] + self.lab.names()
        all_of_them = []
        for shard in range(1, 4):
            done = self.run_program(CAASCAN, "scan", *self.lab.options(), *FAST, "--shard", f"{shard}/3", "--timeout", "300",
                                    "--recheck", "0", stdin="".join(name + "\n" for name in names))
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            all_of_them += [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(sorted(record.get("input", record["name"]) for record in all_of_them), sorted(names))

    def test_duplicates_are_looked_up_once(self):
        names = ["www.example.com", "WWW.example.com", "www.example.com", "example.com"]
        records = self.scan(*self.lab.options(), names=names)
        self.assertEqual(sorted(record.get("input", record["name"]) for record in records), sorted(names))
        apart = {(record["time"], record["elapsed_ms"]) for record in records if record["name"] == "www.example.com"}
        self.assertEqual(len(apart), 1)

    def test_what_cannot_be_resumed(self):
        foreign = self.file("notes.ndjson", "not a record\n")
        for arguments, parts in ((["--resume"], ["--resume", "--output"]),
                                 (["--resume", "-o", "-"], ["--resume", "--output"]),
                                 (["--resume", "-o", foreign], [foreign, "line 1"]),
                                 (["--shard", "4/3"], ["--shard", "4/3"]), (["--shard", "0/3"], ["--shard"]),
                                 (["--shard", "1"], ["--shard"]), (["--shard", "1/2x"], ["--shard"])):
            done = self.run_program(CAASCAN, "scan", *self.lab.options(), *arguments, self.input)
            self.assertEqual(done.returncode, 2, done.stderr.decode())
            self.assert_one_clear_line(done, *parts)
        self.assertEqual((self.folder / "notes.ndjson").read_text(), "not a record\n")


if __name__ == "__main__":
    harness.main()
