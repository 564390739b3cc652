"""No output destroys anything: inputs stay, records are replaced only when that is asked for, and a file has one writer."""

import json
import os
import signal
import subprocess
import time

import harness
from harness import CAASCAN

RECORD = ('{"name":"%s","outcome":"permit","reason":"no_caa","may_issue":true,"would_issue":true,"dnssec":"insecure",'
          '"queries":1,"retries":0,"elapsed_ms":1.0,"time":"2026-11-21T23:54:08.123Z"}\n')
SCAN = "scan --dnssec off"


class Outputs(harness.Case):

    def setUp(self):
        super().setUp()
        self.texts = {
            "n": "no name 1\nno name 2\n",
            "a": RECORD % "a.example", "b": RECORD % "b.example", "c": RECORD % "c.example",
            "cas": "Example ca.example\n", "block": "192.0.2.0/24\n",
            "resolvers": "127.0.0.1:53\n", "hints": ". NS a.\na. A 127.0.0.1\n", "anchor": ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n",
        }
        for name, text in self.texts.items():
            self.file(name, text)
        os.symlink("a", self.folder / "soft-a")
        os.link(self.folder / "a", self.folder / "hard-a")
        os.symlink("n", self.folder / "soft-n")

    def shell(self, line):
        """A line of shell in which caascan is a word."""
        return self.run_program("bash", "-c", f"cd {self.folder}; caascan() {{ {CAASCAN} \"$@\"; }}; {line}", patience_s=30)

    def text(self, name):
        return (self.folder / name).read_text()

    def assert_nothing_lost(self):
        for name, text in self.texts.items():
            self.assertEqual(self.text(name), text, name)

    def refused(self, line, *parts):
        with self.subTest(line):
            done = self.shell(line)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assert_one_clear_line(done, *parts)
            self.assertEqual(done.stdout, b"")
            self.assert_nothing_lost()

    def test_an_input_is_no_output(self):
        for line in (f"{SCAN} n -o n", f"{SCAN} n -o n --overwrite", f"{SCAN} n -o n --resume", f"{SCAN} n -o soft-n",
                     f"{SCAN} soft-n -o ./n", f"{SCAN} n --status n", f"{SCAN} n --status soft-n", f"{SCAN} n --dnstap n", f"{SCAN} n --dnstap block --blocklist block --overwrite", f"{SCAN} n b -o b",
                     f"{SCAN} <n -o n", f"{SCAN} - <n -o /dev/stdin", f"{SCAN} <n -o /dev/fd/0", f"{SCAN} n >>n",
                     f"{SCAN} <n >>n", f"{SCAN} n 1<>n", f"{SCAN} n -o /dev/stdout >>n", f"{SCAN} --dry-run n >>n",
                     f"{SCAN} n --ca-set cas -o cas --overwrite", f"{SCAN} n --blocklist block --status block",
                     f"{SCAN} n --root-hints hints -o hints --overwrite",
                     f"{SCAN} n --trust-anchor anchor -o anchor --overwrite",
                     f"{SCAN} n --resolver @resolvers -o resolvers --overwrite",
                     "report a -o a", "report a -o a --overwrite", "report a b -o soft-a", "report hard-a -o a",
                     "report <a -o a", "report a >>a", "report --partial a -o a", "report --format html a -o a",
                     "report --operator Example a -o a",
                     "diff a b -o b", "diff a b -o a --overwrite", "diff a b --changes b", "diff a b >>b", "diff - b <a -o a",
                     "corroborate --primary a --remote b --remote c -o c",
                     "corroborate --primary a --remote b --remote c -o hard-a --overwrite",
                     "corroborate --primary a --remote b --remote c >>b",
                     "decide a -o a", "decide a -o a --overwrite", "decide <a -o soft-a", "decide a >>a"):
            self.refused(f"caascan {line}", "same file")
        self.refused("caascan check --html cas --ca-set cas example.com", "same file")

    def test_an_input_that_the_shell_has_emptied_is_said(self):
        done = self.shell(f"caascan {SCAN} n > n")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assert_one_clear_line(done, "same file")

    def test_two_outputs_are_two_files(self):
        self.refused(f"caascan {SCAN} n -o new --status new", "two outputs", "-o new", "--status new")
        self.refused(f"caascan {SCAN} n -o new --status ./new", "two outputs")
        self.refused(f"caascan {SCAN} n -o new --dnstap ./new", "two outputs", "--dnstap")
        self.refused("caascan diff a b -o new --changes new", "two outputs", "--changes")
        self.refused(f"caascan {SCAN} n -o new --zones new", "two outputs", "--zones new")
        self.refused(f"caascan {SCAN} n --status new --zones ./new", "two outputs")

    def test_zones_are_kept(self):
        self.texts["z"] = '{"zone":"a.example","signed":false,"time":"2026-11-21T23:54:08.123Z"}\n'
        self.file("z", self.texts["z"])
        self.refused(f"caascan {SCAN} n --zones n", "same file")
        self.refused(f"caascan {SCAN} n --zones a --overwrite", "--zones a", "holds records")
        self.refused(f"caascan {SCAN} n --zones z", "--zones z", "is not empty", "--overwrite")
        self.refused(f"caascan {SCAN} n --status z", "--status z", "holds zones")
        self.refused(f"caascan {SCAN} n -o new --metadata z", "--metadata z", "holds zones")
        self.refused(f"caascan {SCAN} n --zones -", "two outputs")
        self.refused(f"caascan {SCAN} n --zones missing/z", "missing/z")
        self.refused(f"caascan {SCAN} n -o new --zones cas --resume", "--zones cas", "no zones")
        self.refused(f"caascan {SCAN} n --zones z --resolver 127.0.0.1", "--resolver")
        self.refused(f"caascan {SCAN} n --zone-ns", "--zone-ns", "--zones")
        self.refused("caascan report --zones z -o z", "same file")
        self.refused("caascan report a -o z", "holds zones")
        self.refused("caascan report --zones --partial z -o a", "-o a", "holds records")
        self.refused("caascan report --zones", "--zones")

    def test_a_csv_folder_holds_no_input(self):
        os.mkdir(self.folder / "tables")
        (self.folder / "tables" / "outcomes.csv").write_text(RECORD % "a.example")
        self.refused("caascan report --format csv -o tables tables/outcomes.csv", "same file")
        self.refused("caascan report --format csv -o tables a", "--overwrite", "records")
        self.assertEqual(os.listdir(self.folder / "tables"), ["outcomes.csv"])

    def test_records_are_not_replaced_unasked(self):
        self.refused(f"caascan {SCAN} n -o a", "--resume", "--overwrite")
        self.refused(f"caascan {SCAN} n -o block", "--resume", "--overwrite")
        self.refused(f"caascan {SCAN} n --status a", "records")
        self.refused(f"caascan {SCAN} n --dnstap a --overwrite", "--dnstap", "records")
        self.refused(f"caascan {SCAN} n --dnstap block", "--dnstap", "not empty", "--overwrite")
        self.refused(f"caascan {SCAN} n -o new --resume --dnstap block", "--dnstap", "another file")
        os.mkfifo(self.folder / "fifo")
        self.refused(f"caascan {SCAN} n --dnstap fifo", "--dnstap", "regular file")
        for line in ("report b -o a", "report --format html b -o soft-a", "report --partial b -o a", "diff b c -o a",
                     "diff b c --changes a", "corroborate --primary b --remote c --remote n -o a", "decide b -o a"):
            self.refused(f"caascan {line}", "--resume", "--overwrite", "records")
        self.refused("caascan check --html a example.com", "records")

    def test_a_torn_record_alone_is_something_too(self):
        self.file("torn", RECORD[:40])
        self.refused(f"caascan {SCAN} n -o torn", "--resume", "--overwrite")

    def test_what_is_asked_for_is_done(self):
        for line in (f"{SCAN} n -o a --overwrite", "report b -o a --overwrite", "diff b c -o a --overwrite",
                     "decide b -o a --overwrite"):
            with self.subTest(line):
                self.file("a", RECORD % "old.example")
                done = self.shell(f"caascan {line}")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn("old.example", self.text("a"))
        self.file("a", RECORD % "old.example")
        done = self.shell(f"caascan {SCAN} n -o a --resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(json.loads(line)["name"] for line in self.text("a").splitlines()),
                         ["no name 1", "no name 2", "old.example"])

    def test_both_words_together_are_refused(self):
        self.refused(f"caascan {SCAN} n -o a --resume --overwrite", "--overwrite", "--resume")

    def test_reports_are_made_again(self):
        for line in ("report a -o r", "report --format html a -o r.html", "report --partial a -o p.gz",
                     "diff a b -o d --changes ch", "report --format csv a -o tables"):
            for _ in range(2):
                done = self.shell(f"caascan {line}")
                self.assertEqual(done.returncode, 0, (line, done.stderr))

    def test_an_empty_file_a_device_and_other_ends_of_pipes_are_fine(self):
        self.file("empty", "")
        for line in (f"caascan {SCAN} n -o empty", f"caascan {SCAN} n -o /dev/null", f"cat n | caascan {SCAN} | cat",
                     f"caascan {SCAN} </dev/null >/dev/null", f"cat n | caascan {SCAN} -o /dev/stdout | cat"):
            with self.subTest(line):
                done = self.shell(f"set -o pipefail; {line}")
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_error_before_the_scan_empties_nothing(self):
        for line in (f"{SCAN} missing -o a --overwrite", f"{SCAN} n -o a --overwrite --root-hints missing",
                     f"{SCAN} n -o a --overwrite --blocklist missing", f"{SCAN} n -o a --overwrite --metrics none",
                     f"{SCAN} n -o a --overwrite --status /missing/status",
                     f"{SCAN} n -o a --overwrite --dnstap /missing/frames"):
            self.refused(f"caascan {line}", "")


class OneWriter(harness.Case):

    def setUp(self):
        super().setUp()
        self.names = self.file("names.txt", "no name\n")
        os.mkfifo(self.folder / "fifo")
        self.output = self.folder / "out.ndjson"

    def start(self, *options, stdout=subprocess.DEVNULL):
        """A scan that writes until its input ends."""
        scan = subprocess.Popen([CAASCAN, "scan", "--dnssec", "off", self.folder / "fifo", *options],
                                stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL)
        self.addCleanup(scan.wait)
        self.addCleanup(scan.kill)
        self.input = open(self.folder / "fifo", "w", encoding="ascii")  # pylint: disable=consider-using-with
        self.addCleanup(self.input.close)
        self.input.write("no name 1\n")
        self.input.flush()
        deadline = time.monotonic() + harness.PATIENCE_S
        while not self.output.exists() or not self.output.read_bytes().endswith(b"\n"):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        return scan

    def end(self, scan):
        self.input.write("no name 2\n")
        self.input.close()
        self.assertEqual(scan.wait(timeout=20), 0)
        names = sorted(json.loads(line)["name"] for line in self.output.read_text().splitlines())
        self.assertEqual(names, ["no name 1", "no name 2"])

    def second(self, *options, stdout=subprocess.PIPE):
        return self.run_program(CAASCAN, *options, stdout=stdout, patience_s=20)

    def test_a_second_scan_is_refused(self):
        scan = self.start("-o", self.output)
        for how in ("--resume", "--overwrite"):
            done = self.second("scan", "--dnssec", "off", self.names, "-o", self.output, how)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assert_one_clear_line(done, "in use", str(self.output))
        self.file("other.ndjson", RECORD % "a.example")
        for line in (["report"], ["decide"]):
            done = self.second(*line, self.folder / "other.ndjson", "-o", self.output, "--overwrite")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assert_one_clear_line(done, "in use")
        self.end(scan)

    def test_a_report_may_read_what_is_written(self):
        scan = self.start("-o", self.output)
        done = self.second("report", self.output)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.end(scan)

    def test_standard_output_is_a_file_too(self):
        with open(self.output, "wb") as out:
            scan = self.start(stdout=out)
        with open(self.output, "r+b") as out:
            done = self.second("scan", "--dnssec", "off", self.names, stdout=out)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assert_one_clear_line(done, "in use")
        self.end(scan)

    def test_what_appends_mixes_no_lines(self):
        with open(self.output, "ab") as out:
            scan = self.start(stdout=out)
        with open(self.output, "ab") as out:
            done = self.second("scan", "--dnssec", "off", self.names, stdout=out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.input.close()
        self.assertEqual(scan.wait(timeout=20), 0)
        self.assertEqual(sorted(json.loads(line)["name"] for line in self.output.read_text().splitlines()),
                         ["no name", "no name 1"])

    def test_a_killed_scan_leaves_no_lock(self):
        scan = self.start("-o", self.output)
        scan.send_signal(signal.SIGKILL)
        scan.wait()
        done = self.second("scan", "--dnssec", "off", self.names, "-o", self.output, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.output.read_text().splitlines()), 2)

    def test_stopped_names_are_dropped_under_the_lock(self):
        self.output.write_text((RECORD % "a.example").replace("permit", "error").replace("no_caa", "stopped"))
        done = self.second("scan", "--dnssec", "off", self.names, "-o", self.output, "--resume")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([json.loads(line)["name"] for line in self.output.read_text().splitlines()], ["no name"])


if __name__ == "__main__":
    harness.main()
