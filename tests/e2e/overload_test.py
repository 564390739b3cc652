"""When the way to all servers is too narrow for the scan, the scan slows down, and no server is blamed."""

import json
import pathlib
import subprocess

import harness
from harness import CAALAB, CAASCAN, SOURCE
from lab import Lab

NAMES = 6_000
MIX = SOURCE / "datasets" / "lab" / "mix-healthy.json"
# Queries and answers share the link. Its queue is longer than the scan waits for an answer.
LINK = ("rate", "2mbit", "burst", "32kb", "latency", "4s")


class Overload(harness.Case):

    def test_a_full_link(self):
        lab = Lab(self.folder, scenario=None, mix=str(MIX), names=NAMES, seed=7)
        self.addCleanup(lab.stop)
        names, truth, records = (str(self.folder / name) for name in ("names.txt", "truth.ndjson", "records.ndjson"))
        pathlib.Path(names).write_bytes(self.run_program(CAALAB, "names", *lab.world).stdout)
        pathlib.Path(truth).write_bytes(self.run_program(CAALAB, "truth", *lab.world, names).stdout)
        subprocess.run(["tc", "qdisc", "add", "dev", "lo", "root", "tbf", *LINK], check=True)
        status = self.folder / "status.json"
        done = self.run_program(CAASCAN, "scan", *lab.options(), "--server-rate", "0", "--server-inflight", "0", "--status",
                                str(status), names, "--overwrite", "-o", records, patience_s=200)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        compared = self.run_program(CAALAB, "compare", truth, records)
        counts = json.loads(status.read_text())
        self.assertEqual(compared.returncode, 0, compared.stdout.decode() + str(counts))
        self.assertIn(f"{NAMES} expected, {NAMES} found", compared.stdout.decode())


if __name__ == "__main__":
    harness.main()
