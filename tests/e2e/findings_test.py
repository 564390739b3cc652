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
THOROUGH = ["--all-servers", "--diagnose", "all"]


class Findings(harness.Case):

    def compare(self, lab, *thorough):
        """Scans all names of the lab and holds them against the truth. `thorough`: asks everybody everything."""
        names, truth, records = (str(self.folder / name) for name in ("names.txt", "truth.ndjson", "records.ndjson"))
        pathlib.Path(names).write_bytes(self.run_program(CAALAB, "names", *lab.world).stdout)
        pathlib.Path(truth).write_bytes(self.run_program(CAALAB, "truth", *lab.world).stdout)
        done = self.run_program(CAASCAN, "scan", *lab.options(), *GENTLE, *thorough, names, "--overwrite", "-o", records, patience_s=600)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        compared = self.run_program(CAALAB, "compare", "--fields", "outcome,reason,findings",
                                    *(["--all-findings"] if thorough else []), truth, records)
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

    def test_every_culprit(self):
        self.compare(self.lab(scenario=str(LAB_DATA / "culprits.json")))

    def test_every_culprit_of_every_server(self):
        self.compare(self.lab(scenario=str(LAB_DATA / "culprits.json")), *THOROUGH)

    def test_every_culprit_and_lossy(self):
        self.compare(self.lab(scenario=str(LAB_DATA / "culprits.json"), loss=2))

    def test_broken(self):
        self.compare(self.mix("broken", 2000, 0))

    def test_broken_and_lossy(self):
        self.compare(self.mix("broken", 2000, 2))

    def test_every_fault_of_every_server(self):
        records = self.compare(self.lab(scenario=str(LAB_DATA / "faults.json")), *THOROUGH)
        evidence = {record["name"]: " ".join(finding.get("evidence", "") for finding in record.get("findings", []))
                    for record in map(json.loads, records.read_text().splitlines())}
        hosted_elsewhere = "the NS set at the registrar is not the one of the hosted zone"
        for name in ("old-copy", "not-hosted"):
            self.assertIn(hosted_elsewhere, evidence[f"{name}.faults.example"])
        self.assertIn("older copy of the zone (SOA serial 0)", evidence["old-copy.faults.example"])

    def test_every_server_of_the_broken(self):
        self.compare(self.mix("broken", 1000, 0), *THOROUGH)

    def test_every_server_of_the_broken_and_lossy(self):
        self.compare(self.mix("broken", 1000, 2), *THOROUGH)

    def test_nobody_healthy_is_accused_however_much_is_asked(self):
        self.look_for_accused(self.compare(self.mix("healthy", 3000, 2), *THOROUGH))

    def test_nobody_healthy_is_accused(self):
        self.look_for_accused(self.compare(self.mix("healthy", 20_000, 2)))

    def look_for_accused(self, records):
        codes = {finding["code"] for line in records.read_text().splitlines()
                 for finding in json.loads(line).get("findings", [])}
        # What some names' own CAA records have earned.
        self.assertLessEqual(codes, {"caa_issuer_unknown"})


if __name__ == "__main__":
    harness.main()
