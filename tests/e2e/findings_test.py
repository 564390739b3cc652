"""What the scan finds wrong is what the lab knows to be wrong, with the servers it belongs to: nothing is missed, and
nobody is accused of anything else, with all datagrams arriving and with every fiftieth lost, either way."""

import json
import pathlib

import harness
from harness import CAALAB, CAASCAN, SOURCE
from lab import Lab

LAB_DATA = SOURCE / "datasets" / "lab"
# One lab plays all servers, and a quick one beside it would fill its queues.
GENTLE = ["--server-rate", "0", "--server-inflight", "0", "--concurrency", "500", "--timeout", "1000"]


class Findings(harness.Case):

    def compare(self, lab):
        """Scans all names of the lab and holds them against the truth."""
        names, truth, records = (str(self.folder / name) for name in ("names.txt", "truth.ndjson", "records.ndjson"))
        pathlib.Path(names).write_bytes(self.run_program(CAALAB, "names", *lab.world).stdout)
        pathlib.Path(truth).write_bytes(self.run_program(CAALAB, "truth", *lab.world).stdout)
        done = self.run_program(CAASCAN, "scan", *lab.options(), *GENTLE, names, "-o", records, patience_s=600)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        compared = self.run_program(CAALAB, "compare", "--fields", "outcome,reason,findings", truth, records)
        self.assertEqual(compared.returncode, 0, compared.stdout.decode())
        return pathlib.Path(records)

    def lab(self, loss=0, **world):
        lab = Lab(self.folder, world.pop("scenario", None), serve=["--loss", str(loss)], **world)
        self.addCleanup(lab.stop)
        return lab

    def mix(self, name, count, loss):
        return self.lab(mix=str(LAB_DATA / f"mix-{name}.json"), names=count, seed=11, loss=loss)

    def test_every_fault(self):
        self.compare(self.lab(scenario=str(LAB_DATA / "faults.json")))

    def test_broken(self):
        self.compare(self.mix("broken", 2000, 0))

    def test_broken_and_lossy(self):
        self.compare(self.mix("broken", 2000, 2))

    def test_nobody_healthy_is_accused(self):
        records = self.compare(self.mix("healthy", 20_000, 2))
        codes = {finding["code"] for line in records.read_text().splitlines()
                 for finding in json.loads(line).get("findings", [])}
        # What some names' own CAA records have earned.
        self.assertLessEqual(codes, {"caa_issuer_unknown"})


if __name__ == "__main__":
    harness.main()
