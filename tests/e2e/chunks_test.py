"""A run in chunks: every name exactly once, whatever ends the scan."""

import collections
import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import time

import jsonschema

import harness
from harness import CAALAB, CAASCAN
from lab import Lab

SEED = int(os.environ.get("CAASCAN_TEST_SEED", random.SystemRandom().randrange(2 ** 32)))
NAMES = 3000
CHUNK = 250
SLOW = ["--rate", "1500", "--server-rate", "0"]
FAST = ["--server-rate", "0"]


class ChunkCase(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        self.run_folder = self.folder / "run"
        self.out = self.run_folder / "out"

    def plan(self, *options, lines, chunk=CHUNK, name="names"):
        path = self.file(name, "".join(line + "\n" for line in lines))
        done = self.run_program(CAASCAN, "plan", *options, "--chunk", chunk, "-o", self.run_folder, path)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done

    def command(self, *options):
        return [str(part) for part in
                [CAASCAN, "scan", *self.lab.options(), "--progress", "never", *options, self.run_folder]]

    def scan_chunks(self, *options, code=0):
        done = self.run_program(*self.command(*options))
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def status(self, *options):
        return self.run_program(CAASCAN, "status", *options, self.run_folder)

    def results(self, out=None):
        return sorted((out or self.out).glob("chunk-*.ndjson.zst"))

    def records(self, out=None):
        """All records; the files one behind the other are a zstd file too."""
        data = b"".join(path.read_bytes() for path in self.results(out))
        text = subprocess.run(["zstd", "-dcq"], input=data, check=True, stdout=subprocess.PIPE).stdout
        return [json.loads(line) for line in text.splitlines()]

    def assert_whole(self, lines):
        done = self.status("--verify")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(sorted(record.get("input", record["name"]) for record in self.records()), sorted(lines))
        self.assertEqual([path for path in self.out.iterdir() if path.suffix in (".part", ".lock")], [])

    def names(self, count=NAMES):
        return [f"n{i}.d{i % 400}.example.com" for i in range(count)]


class Whole(ChunkCase):

    def test_every_line_keeps_what_it_brought(self):
        lines = ["domain,rank,note"]
        for i in range(700):
            lines.append(f'"N{i}.example.com",{i},"a ""note"", {i}"')
        lines += ["no name,9,x", "*.wild.example.com,,y"]
        self.plan("--keep", "note", lines=lines, chunk=100, name="names.csv")
        manifest = json.loads((self.run_folder / "manifest.json").read_text())
        schema = json.loads((harness.SOURCE / "docs" / "manifest.schema.json").read_text())
        jsonschema.validate(manifest, schema)
        self.assertEqual((manifest["names"], manifest["invalid"], len(manifest["chunks"])), (702, 1, 8))
        self.scan_chunks(*FAST)
        direct = self.folder / "direct.ndjson"
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), *FAST, "--keep", "note", self.folder / "names.csv", "-o", direct)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

        def kept(record):
            return json.dumps({key: record.get(key) for key in
                               ("name", "input", "rank", "input_columns", "line", "detail", "outcome", "reason")})
        want = [json.loads(line) for line in direct.read_text().splitlines()]
        self.assertEqual(collections.Counter(map(kept, self.records())), collections.Counter(map(kept, want)))
        self.assertEqual(self.status("--verify").returncode, 0)

    def test_the_truth_of_a_mix(self):
        mix = str(harness.SOURCE / "datasets" / "lab" / "mix-internet.json")
        world = ["--mix", mix, "--names", "3000", "--seed", "7"]
        self.lab.stop()
        self.lab = Lab(self.folder, scenario=None, mix=mix, names=3000, seed=7)
        self.addCleanup(self.lab.stop)
        names = self.run_program(CAALAB, "names", *world).stdout.decode().splitlines()
        truth = self.file("truth.ndjson", self.run_program(CAALAB, "truth", *world).stdout)
        self.plan(lines=names, chunk=500)
        self.scan_chunks(*FAST, "--timeout", "600")
        self.assert_whole(names)
        found = self.folder / "found.ndjson"
        found.write_text("".join(json.dumps(record) + "\n" for record in self.records()))
        done = self.run_program(CAALAB, "compare", "--fields", "outcome", truth, found)
        self.assertEqual(done.returncode, 0, done.stdout.decode()[-2000:] + done.stderr.decode())

    def test_a_second_scan_and_a_second_plan_do_what_is_missing(self):
        lines = self.names()
        self.plan(lines=lines)
        self.scan_chunks(*FAST)
        self.results()[3].unlink()
        before = {path: path.stat().st_mtime_ns for path in self.results()}
        done = self.scan_chunks(*FAST)
        self.assertIn("1 chunk done", done.stderr.decode())
        self.assertIn(f"{CHUNK} names in, {CHUNK} records out", done.stderr.decode())
        self.assertEqual({path: path.stat().st_mtime_ns for path in before}, before)
        self.assert_whole(lines)
        self.assertIn("12 of them there before", self.plan(lines=lines).stderr.decode())
        self.assertIn("0 names in", self.scan_chunks(*FAST).stderr.decode())

    def test_a_report_reads_the_folder_and_its_counts(self):
        lines = self.names(1000)
        self.plan(lines=lines)
        self.scan_chunks(*FAST, "--partial")
        self.assertEqual(len(list(self.out.glob("chunk-*.partial.gz"))), 4)

        def tables(*inputs):
            done = self.run_program(CAASCAN, "report", "--format", "json", *inputs)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            report = json.loads(done.stdout)
            return report["outcomes"], len(report["scans"]["rows"])
        outcomes, scans = tables(self.run_folder)
        self.assertEqual(scans, 1)
        self.assertEqual((outcomes["rows"][0]["outcome"], outcomes["rows"][0]["names"]), ("permit", 1000))
        self.assertEqual(tables(self.out)[0], outcomes)
        for path in self.results():
            path.unlink()
        self.assertEqual(tables(self.run_folder)[0], outcomes)

    def test_status_names_what_is_wrong(self):
        self.plan(lines=self.names(1000))
        self.scan_chunks(*FAST)
        self.results()[1].unlink()
        self.results()[0].write_bytes(self.results()[0].read_bytes()[:-9])
        self.assertEqual(self.status().stdout.decode(), "3 of 4 chunks done, 750 of 1000 names (75.0 %)\n")
        done = self.status("--verify")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.decode(), "2 of 4 chunks done, 500 of 1000 names (50.0 %); 1 broken\n")
        faults = done.stderr.decode()
        self.assertIn("chunk-00000.ndjson.zst", faults)
        self.assertIn("chunk-00001.ndjson.zst is missing", faults)
        self.assertIn("2 of 4 chunks are not done", faults)


class Refused(ChunkCase):

    def test_what_a_run_does_not_have(self):
        self.plan(lines=self.names(300))
        for options, words in ((["--overwrite"], "--overwrite"), (["--wildcard"], "caascan plan"), (["-o", "-"], "folder"),
                               (["--input-format", "csv"], "caascan plan")):
            done = self.run_program(*self.command(*options))
            self.assertEqual(done.returncode, 2, options)
            self.assert_one_clear_line(done, words)
        for command in (["scan", self.folder], ["scan", "--commit", "true", self.file("x", "a.example\n")], ["status", self.folder]):
            done = self.run_program(CAASCAN, *command)
            self.assertEqual(done.returncode, 2, command)
            self.assertEqual(len(done.stderr.splitlines()), 1)
        self.scan_chunks(*FAST)
        self.results()[0].unlink()
        done = self.run_program(*self.command(*FAST, "--ca", "other.example"))
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "other options", "--ca: letsencrypt.org and other.example")


class Ended(ChunkCase):

    @classmethod
    def setUpClass(cls):
        print("CAASCAN_TEST_SEED =", SEED, flush=True)

    def test_killed_at_any_moment(self):
        chance = random.Random(SEED)
        lines = self.names()
        self.plan(lines=lines)
        for _ in range(5):
            with subprocess.Popen(self.command(*SLOW), stderr=subprocess.DEVNULL) as scan:
                time.sleep(chance.uniform(0.1, 0.9))
                scan.kill()
            self.assertNotIn("broken", self.status("--verify").stdout.decode())
        self.scan_chunks(*FAST)
        self.assert_whole(lines)

    def test_several_at_the_same_time_and_one_killed(self):
        lines = self.names()
        self.plan(lines=lines)
        with subprocess.Popen(self.command(*SLOW), stderr=subprocess.DEVNULL) as killed:
            others = [subprocess.Popen(self.command(*SLOW), stderr=subprocess.PIPE) for _ in range(2)]
            time.sleep(0.7)
            killed.kill()
        done = 0
        for other in others:
            said = other.communicate(timeout=60)[1].decode()
            self.assertEqual(other.returncode, 0, said)
            done += int(said.split(" chunk")[0].split()[-1]) if " chunk" in said else 0
        self.scan_chunks(*FAST)
        self.assert_whole(lines)

    def wait_for_a_chunk_in_hand(self):
        deadline = time.monotonic() + harness.PATIENCE_S
        while not (self.out.is_dir() and any(path.suffix == ".lock" for path in self.out.iterdir())):
            self.assertLess(time.monotonic(), deadline, "no chunk is taken")
            time.sleep(0.02)

    def test_a_signal_gives_back_what_is_not_done(self):
        lines = self.names()
        self.plan(lines=lines)
        with subprocess.Popen(self.command(*SLOW, "--grace", "0"), stderr=subprocess.PIPE) as scan:
            self.wait_for_a_chunk_in_hand()
            time.sleep(0.5)
            scan.send_signal(signal.SIGTERM)
            said = scan.communicate(timeout=30)[1].decode()
        self.assertEqual(scan.returncode, 143, said)
        self.assertIn("given back", said)
        self.assertEqual([path for path in self.out.iterdir() if path.suffix in (".part", ".lock")], [])
        self.assertLess(len(self.results()), 12)
        self.scan_chunks(*FAST)
        self.assert_whole(lines)

    def test_a_signal_lets_chunks_be_done_that_are_begun(self):
        self.plan(lines=self.names(12_000))
        with subprocess.Popen(self.command("--rate", "2000", "--server-rate", "0", "--concurrency", "100", "--threads", "1"),
                              stderr=subprocess.PIPE) as scan:
            self.wait_for_a_chunk_in_hand()
            time.sleep(0.3)
            scan.send_signal(signal.SIGTERM)
            said = scan.communicate(timeout=30)[1].decode()
        self.assertEqual(scan.returncode, 143, said)
        self.assertGreater(len(self.results()), 0, said)
        self.assertLess(len(self.results()), 48, said)
        self.assertNotIn("given back", said)
        self.assertNotIn("broken", self.status("--verify").stdout.decode())

    def test_a_full_disk_leaves_no_torn_result(self):
        lines = self.names()
        self.plan(lines=lines, chunk=1500)

        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))
        done = subprocess.run(self.command(*FAST), stderr=subprocess.PIPE, preexec_fn=small_files, timeout=60, check=False)
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        self.assertIn("cannot write", done.stderr.decode())
        self.assertNotIn("broken", self.status("--verify").stdout.decode())
        self.assertEqual([path for path in self.out.iterdir() if path.suffix in (".part", ".lock")], [])
        self.scan_chunks(*FAST)
        self.assert_whole(lines)

    def test_a_chunk_that_cannot_be_read_keeps_no_other(self):
        lines = self.names(1000)
        self.plan(lines=lines)
        chunk = self.run_folder / "chunks" / "chunk-00002.ndjson.zst"
        chunk.write_bytes(b'{"name":"other.example"}\n')
        done = self.scan_chunks(*FAST, code=1)
        self.assertIn("chunk-00002.ndjson.zst: not what was planned", done.stderr.decode())
        self.assertEqual(len(self.results()), 3)
        self.plan(lines=lines)
        self.scan_chunks(*FAST)
        self.assert_whole(lines)


class Commit(ChunkCase):

    def test_done_is_committed(self):
        lines = self.names(1000)
        self.plan(lines=lines)
        taken = self.folder / "taken"
        taken.mkdir()
        fails = self.file("fails", "")
        command = f"test ! -e {fails} || case {{name}} in *-00002.*) exit 5;; esac; cp {{}} {taken}/{{chunk}}"
        done = self.scan_chunks(*FAST, "--commit", command, code=1)
        self.assertIn("--commit failed for", done.stderr.decode())
        self.assertIn("chunk-00002.ndjson.zst: exit status 5", done.stderr.decode())
        self.assertEqual(len(list(taken.iterdir())), 3)
        self.assertEqual(len(self.results()), 4)
        done = self.status("--verify")
        self.assertEqual(done.returncode, 1)
        self.assertIn("was not committed", done.stderr.decode())
        pathlib.Path(fails).unlink()
        done = self.scan_chunks(*FAST, "--commit", command)
        self.assertIn("0 names in", done.stderr.decode())
        run = json.loads((self.run_folder / "manifest.json").read_text())["run"]
        self.assertEqual(sorted(path.name for path in taken.iterdir()), [f"{run[:16]}-0000{i}" for i in range(4)])
        self.assert_whole(lines)

    def test_a_second_signal_ends_a_command_that_hangs(self):
        self.plan(lines=self.names(300), chunk=300)
        with subprocess.Popen(self.command(*FAST, "--commit", "sleep 1000"), stderr=subprocess.PIPE) as scan:
            deadline = time.monotonic() + 20
            while not self.results() and time.monotonic() < deadline:
                time.sleep(0.05)
            for _ in range(2):
                time.sleep(0.3)
                scan.send_signal(signal.SIGTERM)
            scan.communicate(timeout=20)
        self.assertNotEqual(scan.returncode, 0)
        self.assertEqual(list((self.out / "committed").iterdir()), [])


if __name__ == "__main__":
    harness.main()
