"""A record says where its name does not exist, and a report's shares leave dead names out beside those of all names."""

import csv
import json

import harness
import tree
from harness import CAASCAN
from lab import Lab

# What real servers hold (tree.py), by why.
MISSING = {
    "nx.deny.alpha": "denied by its zone", "nx.plain.alpha": "denied by its zone", "a.b.c.permit.alpha": "denied with its parents",
    "*.nx.plain.alpha": "the name that a wildcard would stand below is denied", "no-such-zone.alpha": "not delegated",
    "no-such-tld": "the root denies it", "www.no-such-tld": "the root denies it",
}
EXISTING = {
    "permit.alpha": "has a set", "www.plain.alpha": "has other data", "ent.plain.alpha": "has names below it",
    "*.permit.alpha": "the name that a wildcard would stand below exists", "any.star.alpha": "a wildcard makes it",
    "own.alias.alpha": "is an alias", "nx.alias.alpha": "is an alias, of a name that does not exist",
    "www.old.dname.alpha": "is an alias, by DNAME", "other.old.dname.alpha": "is an alias by DNAME, of a name that does not exist",
    "lame.alpha": "cannot be looked up",
}
DENIALS = ["nsec", "nsec3", "nsec3-opt-out", "minimal"]


class RealServers(harness.Case):

    def setUp(self):
        super().setUp()
        self.tree = tree.Tree(self.folder)
        self.addCleanup(self.tree.stop)

    def check(self, *options):
        names = [*MISSING, *EXISTING]
        # Twice, so that the second is of what is known by then.
        records = self.scan(*options, "--allow-special", "--dedupe-window", "0", "--recheck", "0", "--timeout", "500", names=names * 2)
        for record in records:
            with self.subTest(name=record["name"]):
                self.assertEqual(record.get("nxdomain"), True if record["name"] in MISSING else None)
        self.records = self.file("records.ndjson", "".join(json.dumps(record) + "\n" for record in records))

    def test_iterative(self):
        self.check("--root-hints", self.tree.hints)
        self.check_report()

    def test_forwarding(self):
        self.check("--resolver", tree.RESOLVER)

    def report(self, *options):
        done = self.run_program(CAASCAN, "report", *options, self.records)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def check_report(self):
        names, missing = 2 * (len(MISSING) + len(EXISTING)), 2 * len(MISSING)
        report = json.loads(self.report("--format", "json"))
        summary = {row["fact"]: row for row in report["summary"]["rows"]}
        self.assertEqual((summary["records"]["count"], summary["records"]["existing"]), (names, names - missing))
        self.assertEqual((summary["nxdomain"]["count"], summary["nxdomain"]["share"]), (missing, missing / names))
        (permit,) = [row for row in report["outcomes"]["rows"] if row["outcome"] == "permit"]
        self.assertLess(permit["existing"], permit["names"])
        self.assertEqual(permit["share_existing"], permit["existing"] / (names - missing))
        self.report("--format", "csv", "-o", self.folder / "tables")
        with open(self.folder / "tables" / "outcomes.csv", newline="") as table:
            (row,) = [row for row in csv.DictReader(table) if row["outcome"] == "permit"]
        self.assertEqual((float(row["share"]), float(row["share_existing"])), (permit["share"], permit["share_existing"]))
        shares = [f"{100 * permit[column]:.1f}" for column in ("share", "share_existing")]
        for form in ("text", "markdown", "html"):
            text = self.report("--format", form)
            rows = [row for row in text.replace("<tr>", "\n").splitlines() if all(part in row for part in ("permit", *shares))]
            self.assertEqual(len(rows), 1, form)
            self.assertIn("share of existing", text, form)


class Proven(harness.Case):
    """By the lab's signed zones, with denials that are used again."""

    def test_each_kind_of_denial(self):
        zones = [{"zone": ".", "dnssec": True, "servers": [{"host": "a.root", "addresses": ["127.69.0.2"]}]},
                 {"zone": "test", "dnssec": {"denial": "nsec"}, "servers": [{"host": "ns.nic", "addresses": ["127.69.0.1"]}]}]
        zones += [{"zone": f"{denial}.test", "dnssec": {"denial": denial}, "records": ["www A 192.0.2.1"],
                   "servers": [{"host": "ns", "addresses": [f"127.69.1.{at}"]}]} for at, denial in enumerate(DENIALS, 1)]
        lab = Lab(self.folder, self.file("scenario.json", json.dumps({"zones": zones})))
        self.addCleanup(lab.stop)
        names = [f"{label}.{denial}.test" for denial in DENIALS for label in ("www", "gone", "x.gone")] + ["gone.test", "a.gone.test"]
        records = self.scan(*lab.options(), "--threads", "1", names=names)
        found = {record["name"]: (record.get("nxdomain", False), record["outcome"]) for record in records}
        self.assertEqual(found, {name: ("gone" in name, "permit") for name in names})


if __name__ == "__main__":
    harness.main()
