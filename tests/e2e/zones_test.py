"""scan --zones: a line a zone that says what the lab's zone files say, once each, by however many workers, shards and runs; and
what report --zones makes of them, counted again by jq."""

import csv
import json
import subprocess

import jsonschema

import harness
from harness import CAALAB, CAASCAN, SOURCE
from lab import Lab

LAB = SOURCE / "datasets" / "lab"
PACE = ["--server-rate", "0", "--server-inflight", "0", "--timeout", "1000", "--retries", "1", "--recheck", "0", "--diagnose", "off"]
TOTALS = SOURCE / "tests" / "e2e" / "zone_report_totals.jq"
# What another run of the same scan may see otherwise: which server was asked, and when.
STABLE = ("zone", "parent_ns", "child_ns", "ns_class", "ds", "dnssec")


def schema(name):
    return jsonschema.Draft202012Validator(json.loads((SOURCE / "docs" / name).read_text()))


def class_of(parent, child):
    parent, child = set(parent), set(child)
    if parent == child:
        return "same"
    if child < parent:
        return "subset"
    if child > parent:
        return "superset"
    return "overlap" if parent & child else "disjoint"


class Files:
    """The lab's zones as files: what is true of each."""

    def __init__(self, scenario, folder):
        subprocess.run([CAALAB, "export", "--scenario", scenario, "--dir", folder], check=True, capture_output=True)
        self.index = {row["zone"]: row for row in map(json.loads, (folder / "index.ndjson").read_text().splitlines())}
        self.lines = {zone: [line.split(None, 4) for line in (folder / row["file"]).read_text().splitlines()]
                      for zone, row in self.index.items()}

    def parent(self, zone):
        above = zone.split(".")
        return next((name for i in range(1, len(above)) if (name := ".".join(above[i:])) in self.index), ".")

    def rdata(self, where, owner, kind):
        """Of the records of that owner and type in the file of the zone `where`."""
        dotted = "." if owner == "." else owner + "."
        return [line[4] for line in self.lines[where] if line[0] == dotted and line[3] == kind]

    def hosts(self, where, owner):
        return sorted(host.rstrip(".") for host in self.rdata(where, owner, "NS"))

    def is_sound(self, zone):
        while not (self.index[zone]["faults"] or self.index[zone]["signing_faults"]):
            if zone == ".":
                return True
            zone = self.parent(zone)
        return False

    def nsec3(self, zone):
        """(iterations, octets of salt), or None for NSEC."""
        wire = [bytes.fromhex(rdata.split()[2]) for rdata in self.rdata(zone, zone, "TYPE51")]
        return (int.from_bytes(wire[0][2:4], "big"), wire[0][4]) if wire else None


class Zones(harness.Case):

    def start(self, scenario=None, **mix):
        self.lab = Lab(self.folder, scenario=scenario, **mix)
        self.addCleanup(self.lab.stop)
        self.names = self.file("names.txt", "\n".join(self.lab.names()) + "\n")

    def run_scan(self, *options, code=0):
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), *PACE, *options)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def zones(self, *options, name="zones.ndjson"):
        """The records of a scan of all names, and its zones by name."""
        path = self.folder / name
        done = self.run_scan("--zones", path, *options, self.names)
        return [json.loads(line) for line in done.stdout.splitlines()], self.read(path)

    def read(self, path):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        validator = schema("zone.schema.json")
        for line in lines:
            validator.validate(line)
        names = [line["zone"] for line in lines]
        self.assertEqual(names, sorted(set(names), key=str.encode), "each zone once, in order")
        return {line["zone"]: line for line in lines}

    def assert_adds_up(self, zone):
        servers = zone.get("servers", [])
        self.assertEqual(zone.get("servers_answering", 0), sum(server.get("answers", False) for server in servers))
        self.assertEqual(zone.get("servers_failing", 0), sum("fails" in s and not s.get("answers") for s in servers))
        addresses = {server["address"] for server in servers if "address" in server}
        self.assertEqual(zone.get("ipv4", 0) + zone.get("ipv6", 0), len(addresses))
        if "parent_ns" in zone and "child_ns" in zone:
            self.assertEqual(zone["ns_class"], class_of(zone["parent_ns"], zone["child_ns"]))

    def test_they_say_what_the_zone_files_say(self):
        scenario = str(LAB / "dnssec.json")
        self.start(scenario)
        files = Files(scenario, self.folder / "files")
        records, zones = self.zones("--zone-ns", "--zone-keys")
        decided = {record["zone"] for record in records if record["outcome"] in ("permit", "deny")}
        self.assertGreater(len(decided), 40)
        self.assertLessEqual(decided, set(zones))
        checked = dict.fromkeys(("ds", "dnskey", "nsec3", "nsec", "island", "ended"), 0)
        for name, zone in zones.items():
            self.assert_adds_up(zone)
            if name not in decided or not files.is_sound(name):
                continue
            with self.subTest(name):
                above = files.parent(name)
                if "parent" in zone:
                    self.assertEqual(zone["parent"], above)
                    self.assertEqual(zone["parent_ns"], files.hosts(above, name))
                self.assertEqual(zone["child_ns"], files.hosts(name, name))
                # A parent that is not signed sends none.
                ds = sorted(rdata.split()[:3] for rdata in files.rdata(above, name, "DS")) if files.index[above]["signed"] else []
                self.assertEqual([[str(one["algorithm"]), str(one["digest_type"])] for one in zone.get("ds", [])], [one[1:] for one in ds])
                keys = sorted((rdata.split()[2], rdata.split()[0]) for rdata in files.rdata(name, name, "DNSKEY"))
                self.assertEqual(sorted((str(key["algorithm"]), str(key["flags"])) for key in zone.get("dnskey", [])), keys)
                self.assertEqual(zone["signed"], bool(keys))
                checked["ds"] += bool(ds)
                checked["dnskey"] += bool(keys)
                if "denial" in zone:
                    nsec3 = files.nsec3(name)
                    self.assertEqual(zone["denial"]["kind"], "nsec3" if nsec3 else "nsec")
                    checked["nsec3" if nsec3 else "nsec"] += 1
                    if nsec3:
                        self.assertEqual((zone["denial"]["iterations"], zone["denial"]["salt_length"]), nsec3)
                if keys:
                    self.assertGreater(zone["signature"]["ends"], zone["time"])
                    checked["ended"] += 1
                if keys and not ds:
                    self.assertEqual(zone["dnssec"], "insecure")
                    checked["island"] += 1
        self.assertTrue(all(checked.values()), checked)
        rsa = zones["rsa-nsec.test"]["dnskey"][0]
        self.assertEqual((rsa["algorithm"], rsa["bits"] % 256, rsa["bits"] >= 1024), (8, 0, True))
        self.assertEqual(zones["ecdsa-nsec3.test"]["dnskey"][0]["bits"], 256)
        self.assertTrue(any(zone.get("dnssec") == "bogus" for zone in zones.values()))
        dead = [server for server in zones["dead-unsigned.test"]["servers"] if server["asked"]]
        self.assertTrue(dead and all("fails" in server and not server["answers"] for server in dead), dead)

    def test_the_classes_of_ns_sets_are_those_of_the_files(self):
        scenario = str(LAB / "faults.json")
        self.start(scenario)
        files = Files(scenario, self.folder / "files")
        _, zones = self.zones("--zone-ns")
        seen = set()
        for name, zone in zones.items():
            self.assert_adds_up(zone)
            if name not in files.index or name == "." or "ns_class" not in zone or "parent" not in zone:
                continue
            expected = class_of(files.hosts(files.parent(name), name), files.hosts(name, name))
            if zone["parent"] == files.parent(name):
                self.assertEqual(zone["ns_class"], expected, zone)
                seen.add(expected)
        self.assertIn("same", seen)
        self.assertGreater(len(seen), 1, "a delegation that differs is among them")
        self.assertTrue(any("findings" in zone for zone in zones.values()))

    def test_all_servers_give_their_serials(self):
        self.start(str(LAB / "honest.json"))
        records, zones = self.zones("--all-servers", "--concurrency", "50")
        decided = {record["zone"] for record in records if record["outcome"] in ("permit", "deny")}
        served = [zone for name, zone in zones.items() if name in decided and "ns_class" in zone]
        self.assertGreater(len(served), 5)
        for zone in served:
            for server in zone["servers"]:
                if server.get("answers"):
                    self.assertIn("serial", server, zone)

    def test_what_is_known_is_free(self):
        self.start(mix=str(LAB / "mix-internet.json"), names=400, seed=3)
        one = ["--threads", "1", "--concurrency", "1"]

        def counted(*options):
            before = sum(sum(of.values()) for of in self.lab.server_counters().values())
            done = self.run_scan(*one, *options, self.names)
            after = sum(sum(of.values()) for of in self.lab.server_counters().values())
            return done.stdout, after - before

        _, plain = counted()
        _, free = counted("--zones", self.folder / "free")
        with_all, asked = counted("--zones", self.folder / "asked", "--zone-ns", "--zone-keys")
        self.assertLess(abs(free - plain), 0.03 * plain + 10)
        records = [json.loads(line) for line in with_all.splitlines()]
        decided = {record["zone"] for record in records if record["outcome"] in ("permit", "deny") and "zone" in record}
        self.assertGreater(asked - plain, len(decided))
        self.assertLess(asked - plain, 2.2 * len(decided) + 20)
        self.read(self.folder / "free")
        known = self.read(self.folder / "asked")
        self.assertLessEqual(decided, set(known))
        # A machine that is busy may lose an answer.
        classes = ["ns_class" in known[name] for name in decided if "." in name]
        self.assertGreater(sum(classes), 0.97 * len(classes))

    def test_shards_and_runs_add_up(self):
        self.start(mix=str(LAB / "mix-internet.json"), names=1500, seed=5)
        _, whole = self.zones("--threads", "2", name="whole.ndjson")
        shards = [self.folder / f"shard-{i}.ndjson.zst" for i in (1, 2, 3)]
        for i, path in enumerate(shards):
            self.run_scan("--machines", "1", "--shard", f"{i + 1}/3", "--zones", path, self.names)
        merged = self.folder / "merged.ndjson"
        done = self.run_program(CAASCAN, "report", "--zones", "--partial", "-o", merged, *shards)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        together = self.read(merged)
        self.assertGreater(len(whole), 1000)
        domains = [name for name, zone in whole.items() if name.count(".") == 1 and "parent" in zone]
        for name in domains:
            self.assertEqual({key: whole[name].get(key) for key in STABLE}, {key: together[name].get(key) for key in STABLE})
        # A scan in two runs gives the zones of both.
        half = self.file("half.txt", "\n".join(self.lab.names()[:700]) + "\n")
        out, path = self.folder / "out.ndjson", self.folder / "runs.ndjson"
        self.run_scan("-o", out, "--zones", path, half)
        first = self.read(path)
        self.run_scan("-o", out, "--zones", path, self.names, code=2)
        self.assertEqual(self.read(path), first)
        self.run_scan("-o", out, "--zones", path, "--resume", self.names)
        runs = self.read(path)
        self.assertLessEqual(set(first), set(runs))
        self.assertLessEqual(set(domains), set(runs))

    def report(self, *options):
        done = self.run_program(CAASCAN, "report", "--zones", *options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def test_jq_counts_the_same(self):
        paths = []
        for scenario, options in ((str(LAB / "dnssec.json"), ("--zone-ns", "--zone-keys")), (str(LAB / "faults.json"), ("--zone-ns",))):
            self.start(scenario)
            paths.append(self.folder / f"zones-{len(paths)}.ndjson")
            self.zones(*options, name=paths[-1].name)
            self.lab.stop()
        merged = self.folder / "merged.ndjson"
        self.report("--partial", "-o", merged, *paths)
        document = json.loads(self.report("--format", "json", *paths))
        schema("zone-report.schema.json").validate(document)
        counted = json.loads(subprocess.run(["jq", "-s", "-f", TOTALS, merged], check=True, capture_output=True).stdout)
        self.assertEqual(set(counted) | {"schema"}, set(document))
        for table, rows in counted.items():
            with self.subTest(table):
                self.assertTrue(rows or table == "systems")
                columns = set(rows[0]) if rows else set()
                found = [row for row in document[table]["rows"] if row.get("fact") != "broken_lines"]
                self.assertCountEqual([{key: row[key] for key in columns} for row in found], rows)
                self.assertEqual(document[table]["missed"], 0)
        shares = {row["tld"]: row for row in document["ns_classes"]["rows"]}
        for row in shares.values():
            self.assertAlmostEqual(row["differ"], 1 - row["same"] / row["zones"])
        self.assertIn("NS sets of parent and zone", self.report(*paths))
        self.assertIn("# Zones that were met", self.report("--format", "markdown", *paths))
        folder = self.folder / "tables"
        self.report("--format", "csv", "-o", folder, *paths)
        rows = list(csv.DictReader((folder / "ns_classes.csv").read_text().splitlines()))
        self.assertEqual({row["tld"]: row["zones"] for row in rows}, {tld: str(row["zones"]) for tld, row in shares.items()})

    def test_broken_lines_are_counted(self):
        zone = '{"zone":"%s","signed":false,"time":"2026-11-21T23:54:08.123Z"}\n'
        path = self.file("zones", zone % "a.example" + "no zone\n" + '{"name":"a"}\n' + zone % "<script>alert(1)</script>" +
                         zone % "\\u202e" + zone % "a.example" + '{"zone":"torn')
        document = json.loads(self.report("--format", "json", path))
        facts = {row["fact"]: row["zones"] for row in document["summary"]["rows"]}
        self.assertEqual((facts["zones"], facts["broken_lines"]), (2, 4))
        self.assertNotIn("<script>alert", self.report("--format", "html", path))
        alone = json.loads(self.report("--format", "json", "--tables", "ns_classes,denial", path))
        self.assertEqual(set(alone), {"schema", "ns_classes", "denial"})
        schema("zone-report.schema.json").validate(alone)
        done = self.run_program(CAASCAN, "report", "--zones", "--tables", "caa_use", path)
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "there is no table caa_use; there are summary, ns_classes, ")
        done = self.run_program(CAASCAN, "report", "--zones", self.folder / "missing")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "missing")


if __name__ == "__main__":
    harness.main()
