"""A scan takes as many sockets as the system allows, says where those are fewer than it wants, and refuses too few."""

import json
import resource
import subprocess

import harness
from harness import CAASCAN
from lab import Lab


class Descriptors(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        # None that waits for timeouts.
        self.truth = {record["name"]: record["reason"] for record in self.lab.truth()
                      if record["outcome"] in ("permit", "deny") and "findings" not in record}

    def scan_under(self, soft, hard, *options, names=None, inherited=0):
        names = list(self.truth) if names is None else names
        kept = [open("/dev/null", "rb") for _ in range(inherited)]  # pylint: disable=consider-using-with
        self.addCleanup(lambda: [each.close() for each in kept])

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return subprocess.run(
            [CAASCAN, "scan", *self.lab.options(), *options], input="".join(name + "\n" for name in names).encode(),
            capture_output=True, preexec_fn=limit, pass_fds=[each.fileno() for each in kept], timeout=harness.PATIENCE_S,
            check=False), names

    def check(self, done, names):
        self.assertEqual(done.returncode, 0, done.stderr)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(records), len(names))
        self.assertEqual({record["name"]: record["reason"] for record in records}, self.truth)
        return done.stderr.decode().splitlines()

    def test_few_take_fewer_sockets_and_say_so(self):
        for threads, limit in ((30, 1024), (8, 256), (1, 64), (100, 1024)):
            with self.subTest(threads=threads, limit=limit):
                done, names = self.scan_under(limit, limit, "--threads", str(threads))
                lines = self.check(done, names)
                self.assertEqual(len(lines), 2, lines)
                for part in ("file descriptors are left", f"{threads} threads of {threads}", "ulimit -n"):
                    self.assertIn(part, lines[0])

    def test_what_is_asked_for_in_the_notice_is_enough(self):
        done, _ = self.scan_under(256, 256, "--threads", "8", names=["example.com"])
        wanted = int(done.stderr.decode().split("takes ")[1].split()[0])
        done, _ = self.scan_under(wanted + 4, wanted + 4, "--threads", "8", names=["example.com"])
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_the_soft_limit_is_raised(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.assertGreater(hard, 4096, "this test wants a machine that allows more")
        done, names = self.scan_under(64, 4096, "--threads", "8")
        self.assertEqual(len(self.check(done, names)), 1)

    def test_too_few_are_refused_in_one_line(self):
        for threads, limit, inherited in ((30, 256, 0), (8, 64, 0), (1, 20, 0), (8, 256, 160)):
            with self.subTest(threads=threads, limit=limit, inherited=inherited):
                done, _ = self.scan_under(limit, limit, "--threads", str(threads), inherited=inherited)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assert_one_clear_line(done, f"--threads {threads}", "file descriptors", "ulimit -n")
                self.assertEqual(done.stdout, b"")

    def test_the_default_takes_fewer_threads_instead(self):
        done, names = self.scan_under(56, 56)
        lines = self.check(done, names)
        self.assertEqual(len(lines), 2, lines)
        self.assertIn("1 threads of", lines[0])


if __name__ == "__main__":
    harness.main()
