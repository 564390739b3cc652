"""8,000 names of each mix, scanned with the default patience: the records, findings included, are what the lab knows to be
true, with all datagrams arriving and with every twentieth lost, either way."""

import concurrent.futures
import json
import pathlib
import re

import harness
from harness import CAALAB, CAASCAN, SOURCE
from lab import PORT, Lab

LAB_DATA = SOURCE / "datasets" / "lab"
# Every kind of name and failure that a hundred thousand names of a mix have is among these.
NAMES = 8_000
LOSSES = (0, 5)  # Percent.
PATIENCE_S = 500  # Names whose servers are all silent are asked for a minute or two.
# A machine that loses a server's answers for seconds leaves a finding out, rather than blame anyone. So many names are asked
# again, with nothing beside them.
MAX_INCOMPLETE = NAMES // 1_000


class Mixes(harness.Case):

    def compare(self, mix, loss):
        """Serves, scans and compares; what caalab compare says, and its exit code."""
        folder = self.folder / f"loss-{loss}"
        folder.mkdir()
        lab = Lab(folder, scenario=None, mix=str(LAB_DATA / f"mix-{mix}.json"), names=NAMES, seed=7, port=PORT + loss,
                  serve=["--loss", str(loss)])
        self.addCleanup(lab.stop)
        names, truth, records = (str(folder / name) for name in ("names.txt", "truth.ndjson", "records.ndjson"))
        pathlib.Path(names).write_bytes(self.run_program(CAALAB, "names", *lab.world).stdout)
        pathlib.Path(truth).write_bytes(self.run_program(CAALAB, "truth", *lab.world, names).stdout)
        self.scan(lab, names, records)
        report = self.run_program(CAALAB, "compare", truth, records)
        if incomplete := self.incomplete(report.stdout.decode()):
            again = folder / "again.txt"
            again.write_text("".join(f"{name}\n" for name in incomplete))
            newer = str(folder / "again.ndjson")
            self.scan(lab, str(again), newer)
            self.replace(records, newer, incomplete)
            report = self.run_program(CAALAB, "compare", truth, records)
        return report.returncode, report.stdout.decode()

    def scan(self, lab, names, records):
        # One lab plays all servers, and signs as it answers: more names at once would only be lost in its queue.
        done = self.run_program(CAASCAN, "scan", *lab.options(), "--server-rate", "0", "--server-inflight", "0",
                                "--concurrency", "2000", names, "-o", records, patience_s=PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    @staticmethod
    def incomplete(report):
        """The names that differ, if there are few and they only lack findings; else none."""
        count = int(re.search(r"(\d+) differ, ", report)[1])
        names = re.findall(r"^(\S+): findings$", report, re.MULTILINE)
        few = count == len(names) <= MAX_INCOMPLETE and "finding extra" not in report
        return names if few else []

    @staticmethod
    def replace(path, path_of_newer, names):
        """Puts the newer records of these names in the older ones' place."""
        older = pathlib.Path(path).read_text().splitlines(keepends=True)
        kept = [line for line in older if json.loads(line)["name"] not in names]
        pathlib.Path(path).write_text("".join(kept) + pathlib.Path(path_of_newer).read_text())

    def check(self, mix):
        # Side by side, since both mostly wait.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for code, text in pool.map(lambda loss: self.compare(mix, loss), LOSSES):
                self.assertEqual(code, 0, text)
                self.assertIn(f"{NAMES} expected, {NAMES} found", text)

    def test_healthy(self):
        self.check("healthy")

    def test_internet(self):
        self.check("internet")

    def test_broken(self):
        self.check("broken")


if __name__ == "__main__":
    harness.main()
