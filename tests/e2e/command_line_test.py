"""Wrong usage costs one clear line and exit 2; help, man pages and completions tell of the same options."""

import re
import subprocess
import unittest

import harness
from harness import CAALAB, CAASCAN

WRONG_OPTIONS = [
    (["--no-such-option"], "--no-such-option"),
    (["--rate", "-1"], "--rate"),
    (["--rate", "fast"], "--rate"),
    (["--rate", "1.5"], "--rate"),
    (["--rate", "4294967296"], "--rate"),
    (["--rate"], "--rate"),
    (["--rate", "1", "--rate", "2"], "--rate"),
    (["--server-rate", "-1"], "--server-rate"),
    (["--server-inflight", "-2"], "--server-inflight"),
    (["--timeout", "0"], "--timeout"),
    (["--timeout", "99999999999999999999"], "--timeout"),
    (["--retries", "-1"], "--retries"),
    (["--threads", "0"], "--threads"),
    (["--concurrency", "0"], "--concurrency"),
    (["--port", "0"], "--port"),
    (["--port", "65536"], "--port"),
    (["--resolver", "dns.example"], "--resolver"),
    (["--resolver", "192.0.2.1:99999"], "--resolver"),
    (["--resolver", ""], "--resolver"),
    (["-4", "-6"], "-6"),
    (["--servers", "some"], "--servers"),
    (["--progress", "sometimes"], "--progress"),
    (["--input-format", "xml"], "--input-format"),
    (["--dnssec", "maybe"], "--dnssec"),
    (["--diagnose", "maybe"], "--diagnose"),
    (["--ca", "not a domain"], "--ca"),
    (["--ca", "ca.example."], "--ca"),
    (["--ca", "letsencrpyt"], "letsencrypt.org is one"),
    (["--account-uri", ""], "--account-uri"),
    (["--validation-method", "dns 01"], "--validation-method"),
    (["--root-hints", "/no/such/file"], "/no/such/file"),
    (["--ca-set", "/no/such/file"], "/no/such/file"),
    (["--ca-set", "/"], "--ca-set"),
    (["-o", "/no/such/folder/out.ndjson"], "/no/such/folder/out.ndjson"),
    (["-o", "/"], "/"),
    (["/no/such/file"], "/no/such/file"),
    (["/"], "/"),
]


class CommandLine(harness.Case):

    def test_wrong_usage_is_one_line_and_exit_2(self):
        for options, named in WRONG_OPTIONS:
            with self.subTest(options=options):
                done = self.run_program(CAASCAN, "scan", *options)
                self.assertEqual(done.returncode, 2, done.stderr.decode())
                self.assert_one_clear_line(done, "caascan scan: ", named)
                self.assertEqual(done.stdout, b"")

    def test_root_hints_without_an_address_of_the_family_wanted(self):
        hints = {"-6": self.file("four.hints", ". NS a.root.\na.root. A 127.0.0.1\n"),
                 "-4": self.file("six.hints", ". NS a.root.\na.root. AAAA ::1\n")}
        for family, path in hints.items():
            with self.subTest(family=family):
                done = self.run_program(CAASCAN, "scan", family, "--root-hints", path)
                self.assertEqual(done.returncode, 2, done.stderr.decode())
                self.assert_one_clear_line(done, "caascan scan: ", "--root-hints", path, "-4 or -6")

    def test_a_subcommand_is_needed(self):
        for arguments in ([], ["frobnicate"], ["--frobnicate"]):
            with self.subTest(arguments=arguments):
                done = self.run_program(CAASCAN, *arguments)
                self.assertEqual(done.returncode, 2)
                self.assert_one_clear_line(done, "caascan: ")

    def test_control_characters_of_the_command_line_do_not_reach_the_terminal(self):
        done = self.run_program(CAASCAN, "scan", "--rate", "\x1b[31m\nred")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--rate")
        self.assertNotIn(b"\x1b", done.stderr)

    def test_an_empty_list_is_scanned(self):
        done = self.run_program(CAASCAN, "scan", self.file("empty", ""))
        self.assertEqual((done.returncode, done.stdout), (0, b""), done.stderr.decode())

    def test_all_servers_cannot_be_asked_through_a_resolver(self):
        done = self.run_program(CAASCAN, "scan", "--resolver", "192.0.2.1", "--all-servers")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--all-servers", "--resolver")

    def test_explaining_iteratively_needs_a_resolver(self):
        done = self.run_program(CAASCAN, "scan", "--explain-iteratively")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--explain-iteratively", "--resolver")

    def test_version(self):
        done = self.run_program(CAASCAN, "--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout.decode(), r"^caascan \d+\.\d+\.\d+\n$")

    def test_full_output_of_help_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = self.run_program(CAASCAN, "--help", stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assert_one_clear_line(done, "standard output")


def long_options(text):
    """Every --option in a text."""
    return set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", text))


class Documents(harness.Case):
    """One source: what --help lists is in the man page and in each completion."""

    def text(self, *arguments):
        done = self.run_program(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def test_man_pages_name_every_option_of_help(self):
        for subcommand in ("scan", "decide", "report", "diff", "corroborate", "history"):
            with self.subTest(subcommand=subcommand):
                options = long_options(self.text(CAASCAN, subcommand, "--help"))
                page = self.text(CAASCAN, "--man-page", f"caascan-{subcommand}")
                self.assertEqual(long_options(page.replace("\\-", "-").replace("\\fB", "")) & options, options)
                self.assertGreater(len(options), 3)

    def test_completions_name_every_option_of_help(self):
        options = set()
        for subcommand in ("scan", "decide", "report", "diff", "corroborate", "history"):
            options |= long_options(self.text(CAASCAN, subcommand, "--help"))
        for shell, spelling in (("bash", "--{}"), ("zsh", "--{}"), ("fish", "-l {}")):
            with self.subTest(shell=shell):
                script = self.text(CAASCAN, "--completion", shell)
                missing = [o for o in sorted(options) if spelling.format(o[2:]) not in script]
                self.assertEqual(missing, [])

    def complete(self, *words):
        """What bash offers for the last word."""
        script = self.file("caascan.bash", self.text(CAASCAN, "--completion", "bash"))
        quoted = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(
            ["bash", "-eu", "-c", f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
             "_caascan; printf '%s\\n' \"${COMPREPLY[@]}\""],
            cwd=self.folder, capture_output=True, text=True, check=True)
        return set(done.stdout.split())

    def test_bash_completes(self):
        self.file("names.txt", "")
        self.assertEqual(self.complete("caascan", "sc"), {"scan"})
        self.assertEqual(self.complete("caascan", "scan", "--ra"), {"--rate"})
        self.assertEqual(self.complete("caascan", "scan", "--servers", ""), {"none", "failures", "all"})
        self.assertEqual(self.complete("caascan", "scan", "--root-hints", "na"), {"names.txt"})
        self.assertEqual(self.complete("caascan", "scan", "na"), {"names.txt"})
        self.assertEqual(self.complete("caascan", "scan", "--rate", ""), set())

    def test_the_lab_documents_itself_the_same_way(self):
        self.assertIn(".SH NAME", self.text(CAALAB, "--man-page", "caalab"))
        self.assertIn("serve", self.text(CAALAB, "--completion", "bash"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
