"""Which questions reach the root and the top-level domains of the lab with --qname-minimisation, and that nothing else changes."""

import pathlib
import shutil
import tempfile

import harness
from lab import BASIC, Lab

FIELDS = ("name", "outcome", "reason", "may_issue", "dnssec", "zone", "caa", "cname", "nxdomain")


class Minimise(harness.Case):
    """Each scan has a lab of its own, whose servers count."""

    def scan_lab(self, *options, scenario=BASIC):
        """What a scan of the scenario finds: records by name, and queries by server and type."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="caascan-minimise-"))
        self.addCleanup(shutil.rmtree, folder)
        lab = Lab(folder, scenario=scenario)
        try:
            self.root = lab.root_address()
            names = [row["name"] for row in lab.truth() if row["outcome"] in ("permit", "deny")]
            records = {row["name"]: {field: row.get(field) for field in FIELDS}
                       for row in self.scan(*lab.options(), *options, names=names)}
            return records, lab.server_counters()
        finally:
            lab.stop()

    def test_the_same_answers_and_fewer_eyes(self):
        before, seen_before = self.scan_lab()
        after, seen_after = self.scan_lab("--qname-minimisation", "relaxed")
        self.assertGreater(len(before), 20)
        self.assertEqual(before, after)
        roots = {"before": seen_before[self.root], "after": seen_after[self.root]}
        self.assertGreater(roots["before"].get("CAA", 0), 0, roots)
        # By the root each top-level domain alone was seen, as the owner of an address.
        self.assertEqual(roots["after"].get("CAA", 0), 0, roots)
        self.assertGreater(roots["after"].get("A", 0), 0, roots)

    def test_what_is_signed_validates(self):
        signed = str(harness.SOURCE / "datasets" / "lab" / "dnssec.json")
        before, _ = self.scan_lab(scenario=signed)
        after, seen = self.scan_lab("--qname-minimisation", "relaxed", scenario=signed)
        self.assertEqual(before, after)
        self.assertIn("secure", {record["dnssec"] for record in after.values()})
        self.assertEqual(seen[self.root].get("CAA", 0), 0, seen[self.root])

    def test_off_shows_the_root_whole_names(self):
        _, seen = self.scan_lab("--qname-minimisation", "off")
        self.assertGreater(seen[self.root].get("CAA", 0), 0, seen[self.root])

    def test_resolvers_minimise_by_themselves(self):
        names = self.file("names.txt", "example.com\n")
        for options, parts in ((["--resolver", "127.0.0.1", "--qname-minimisation", "relaxed"], ["--resolver", "relaxed"]),
                               (["--qname-minimisation", "strict"], ["strict"])):
            done = self.run_program(harness.CAASCAN, "scan", *options, names)
            self.assertEqual(done.returncode, 2)
            self.assert_one_clear_line(done, "--qname-minimisation", *parts)


if __name__ == "__main__":
    harness.main()
