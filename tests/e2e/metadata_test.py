"""What a scan writes beside its records, and how it is used: who asked, from where, for what, and how it ended."""

import hashlib
import json
import os
import signal
import subprocess
import time

import jsonschema

import harness
from harness import CAASCAN
from lab import Lab

NO_NETWORK = ["--dnssec", "off"]


class Metadata(harness.Case):

    def setUp(self):
        super().setUp()
        self.names = self.file("names.txt", "no name 1\nno name 2\n")
        self.output = self.folder / "out.ndjson"
        self.schema = json.loads((harness.SOURCE / "docs" / "metadata.schema.json").read_text())

    def caascan(self, *arguments, code=0, stdin=b""):
        done = self.run_program(CAASCAN, *arguments, stdin=stdin, patience_s=60)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def metadata(self, path=None):
        metadata = json.loads((path or self.folder / "out.ndjson.meta.json").read_text())
        jsonschema.validate(metadata, self.schema)
        for run in metadata["earlier_runs"]:
            jsonschema.validate({**run, "earlier_runs": []}, self.schema)
        return metadata

    def test_everything_is_there(self):
        lab = Lab(self.folder)
        self.addCleanup(lab.stop)
        truth = [record for record in lab.truth() if record["outcome"] in ("permit", "deny")][:30]
        names = self.file("lab.txt", "".join(record["name"] + "\n" for record in truth))
        self.caascan("scan", *lab.options(), "--ca", "digicert.com", "--threads", "2", names, "-o", self.output)
        found = self.metadata()
        self.assertEqual(found["command_line"][1:3], ["scan", "--port"])
        self.assertEqual(found["options"]["--ca"], ["digicert.com"])
        self.assertEqual(found["options"]["--timeout"], ["2000"])
        self.assertEqual(found["options"]["--diagnose"], ["failures"])
        self.assertEqual(found["deciding"]["--ca"], "digicert.com")
        self.assertEqual(found["deciding"]["--for"], "tls")
        self.assertEqual((found["mode"], found["threads"], found["state"]), ("iterative", 2, "done"))
        self.assertIn("ipv4", found["families"])
        self.assertEqual(len(found["source_addresses"]), len(found["families"]))
        data = (self.folder / "lab.txt").read_bytes()
        self.assertEqual(found["inputs"], [{"path": names, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}])
        records = [json.loads(line) for line in self.output.read_text().splitlines()]
        for member, counts in (("outcome", found["outcomes"]), ("reason", found["reasons"])):
            self.assertEqual(counts, {value: sum(record[member] == value for record in records)
                                      for value in {record[member] for record in records}})
        self.assertEqual((found["names_in"], found["records_out"]), (len(records), len(records)))
        self.assertGreater(found["queries"], 0)
        self.assertLess(found["start"], found["end"])
        help_text = self.caascan("scan", "--help").stdout.decode()
        for option in found["options"]:
            self.assertIn(option, help_text)
        self.assertEqual(os.listdir(self.folder).count("out.ndjson.meta.json"), 1)

    def test_anchors_and_resolvers(self):
        self.caascan("scan", "--resolver", "127.0.0.1:5353", *NO_NETWORK, self.names, "-o", self.output)
        found = self.metadata()
        self.assertEqual((found["mode"], found["resolvers"], found["trust_anchors"]), ("forwarding", ["127.0.0.1:5353"], []))
        self.assertEqual(found["source_addresses"], ["127.0.0.1"])
        self.assertEqual(found["options"]["--dnssec"], ["off"])
        hints = self.file("hints", ". NS a.\na. A 127.0.0.1\n")
        self.caascan("scan", "--root-hints", hints, "--dnssec", "validate", "--timeout", "100", self.names, "-o",
                     self.output, "--overwrite")
        anchors = [anchor.split()[:4] for anchor in self.metadata()["trust_anchors"]]
        self.assertEqual(anchors, [["DS", "20326", "8", "2"], ["DS", "38696", "8", "2"]])

    def test_where_it_goes(self):
        self.caascan("scan", *NO_NETWORK, self.names)
        self.caascan("scan", *NO_NETWORK, self.names, "-o", "/dev/null")
        self.caascan("scan", *NO_NETWORK, self.names, "-o", self.output, "--metadata", "none")
        self.assertEqual([path for path in os.listdir(self.folder) if "meta" in path], [])
        self.caascan("scan", *NO_NETWORK, self.names, "--metadata", self.folder / "elsewhere")
        self.assertIsNone(self.metadata(self.folder / "elsewhere")["output"])
        self.caascan("scan", *NO_NETWORK, self.names, "-o", self.output, "--overwrite")
        self.assertEqual(self.metadata()["output"], str(self.output))
        # What told of the records before would be wrong of these.
        self.caascan("scan", *NO_NETWORK, self.names, "-o", self.output, "--overwrite", "--metadata", "none")
        self.assertFalse((self.folder / "out.ndjson.meta.json").exists())

    def test_it_is_an_output_like_others(self):
        for arguments, part in ((["--metadata", self.names], "same file"),
                                (["-o", self.output, "--metadata", self.output], "two outputs"),
                                (["--metadata", "/missing/file"], "--metadata")):
            done = self.caascan("scan", *NO_NETWORK, self.names, *arguments, code=2)
            self.assert_one_clear_line(done, part)
        self.assertEqual((self.folder / "names.txt").read_text(), "no name 1\nno name 2\n")

    def test_a_pipe_has_a_size_and_no_digest(self):
        self.caascan("scan", *NO_NETWORK, "-o", self.output, stdin=b"no name\n")
        self.assertEqual(self.metadata()["inputs"], [{"path": "-", "size": 8}])

    def start(self):
        """A scan in mid-input."""
        os.mkfifo(self.folder / "fifo")
        scan = subprocess.Popen([CAASCAN, "scan", *NO_NETWORK, self.folder / "fifo", "-o", self.output],
                                stderr=subprocess.DEVNULL)
        self.addCleanup(scan.kill)
        self.input = open(self.folder / "fifo", "w", encoding="ascii")  # pylint: disable=consider-using-with
        self.addCleanup(self.input.close)
        self.input.write("no name\n")
        self.input.flush()
        deadline = time.monotonic() + harness.PATIENCE_S
        while not self.output.exists() or not self.output.read_text():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        self.assertEqual(self.metadata()["state"], "running")
        return scan

    def test_after_a_signal(self):
        scan = self.start()
        scan.send_signal(signal.SIGTERM)
        self.assertEqual(scan.wait(timeout=20), 143)
        found = self.metadata()
        self.assertEqual((found["state"], found["signal"], found["names_in"]), ("stopped", "SIGTERM", 1))

    def test_after_a_kill_another_ca_is_still_refused(self):
        scan = self.start()
        scan.kill()
        scan.wait()
        self.assertEqual(self.metadata()["state"], "running")
        done = self.caascan("scan", *NO_NETWORK, "--ca", "digicert.com", self.names, "-o", self.output, "--resume", code=2)
        self.assert_one_clear_line(done, "--ca", "letsencrypt.org", "digicert.com")

    def test_after_an_error(self):
        torn = self.file("torn.gz", bytes.fromhex("1f8b0800000000000003") + b"\xcb\x2b")
        self.caascan("scan", *NO_NETWORK, torn, "-o", self.output, code=1)
        found = self.metadata()
        self.assertEqual(found["state"], "failed")
        self.assertIn("torn.gz", found["error"])

    def test_resume_with_other_options_that_decide(self):
        cas = self.file("cas", "Example ca.example\n")
        self.caascan("scan", *NO_NETWORK, self.names, "-o", self.output)
        records, metadata = self.output.read_bytes(), self.metadata()
        for options, option in ((["--ca", "digicert.com"], "--ca:"), (["--ca-set", cas], "--ca-set"),
                                (["--account-uri", "https://ca.example/1"], "--account-uri"),
                                (["--validation-method", "dns-01"], "--validation-method"), (["--wildcard"], "--wildcard"), (["--for", "mark"], "--for"),
                                (["--dnssec", "validate"], "--dnssec"), (["--dnssec-sha1", "insecure"], "--dnssec-sha1"),
                                (["--nsec3-limit", "5"], "--nsec3-limit"),
                                (["--qname-minimisation", "relaxed"], "--qname-minimisation"), (["--on-failure", "baseline"], "--on-failure"),
                                (["--resolver", "127.0.0.1"], "--resolver")):
            with self.subTest(option):
                without = [] if option == "--dnssec" else NO_NETWORK
                done = self.caascan("scan", *without, *options, self.names, "-o", self.output, "--resume", code=2)
                self.assert_one_clear_line(done, option, "--resume")
                self.assertEqual((self.output.read_bytes(), self.metadata()), (records, metadata))
        # What does not decide may change.
        more = self.file("more.txt", "no name 1\nno name 3\n")
        self.caascan("scan", *NO_NETWORK, "--timeout", "500", "--ca", "letsencrypt.org", more, "-o", self.output, "--resume")
        found = self.metadata()
        self.assertEqual((found["records_kept"], found["records_out"]), (1, 1))
        self.assertEqual([run["records_out"] for run in found["earlier_runs"]], [2])

    def test_resume_without_metadata_says_so(self):
        self.caascan("scan", *NO_NETWORK, self.names, "-o", self.output, "--metadata", "none")
        done = self.caascan("scan", *NO_NETWORK, "--ca", "digicert.com", self.names, "-o", self.output, "--resume")
        self.assertIn("has no metadata", done.stderr.decode())

    def test_resume_with_metadata_that_is_none(self):
        self.caascan("scan", *NO_NETWORK, self.names, "-o", self.output)
        self.file("out.ndjson.meta.json", "{}")
        done = self.caascan("scan", *NO_NETWORK, self.names, "-o", self.output, "--resume", code=2)
        self.assert_one_clear_line(done, "out.ndjson.meta.json")

    def scans(self, **options):
        """Scans of the same names with these options; the paths of their records."""
        paths = {}
        for name, more in options.items():
            paths[name] = self.folder / f"{name}.ndjson"
            self.caascan("scan", *NO_NETWORK, *more, self.names, "-o", paths[name])
        return paths

    def test_report_shows_it(self):
        paths = self.scans(one=["--ca", "digicert.com"], two=[])
        document = json.loads(self.caascan("report", "--format", "json", *paths.values()).stdout)
        jsonschema.validate(document, json.loads((harness.SOURCE / "docs" / "report.schema.json").read_text()))
        rows = document["scans"]["rows"]
        self.assertEqual([(row["input"], row["state"]) for row in rows],
                         [(str(path), "done") for path in paths.values()])
        self.assertIn("--ca digicert.com", rows[0]["scan"])
        self.assertIn("--ca letsencrypt.org", rows[1]["scan"])
        for form in ("text", "markdown", "html"):
            self.assertIn("--ca digicert.com", " ".join(
                self.caascan("report", "--format", form, paths["one"]).stdout.decode().split()), form)
        bare = self.file("bare.ndjson", paths["one"].read_text())
        self.assertNotIn("scans", json.loads(self.caascan("report", "--format", "json", bare).stdout))

    def test_diff_warns_where_options_differ(self):
        paths = self.scans(one=[], two=["--ca", "digicert.com"], three=["--timeout", "1000"])
        warned = self.caascan("diff", paths["one"], paths["two"]).stderr.decode().splitlines()
        self.assertEqual(len(warned), 2, warned)
        self.assertIn("--ca: letsencrypt.org and digicert.com", warned[0])
        self.assertEqual(len(self.caascan("diff", paths["one"], paths["three"]).stderr.splitlines()), 1)
        bare = self.file("bare.ndjson", paths["two"].read_text())
        self.assertEqual(len(self.caascan("diff", paths["one"], bare).stderr.splitlines()), 1)

    def test_corroborate_refuses_perspectives_that_asked_for_something_else(self):
        paths = self.scans(one=[], two=[], three=["--qname-minimisation", "relaxed"], ca=["--ca", "digicert.com"],
                           sha1=["--dnssec-sha1", "insecure"], nsec3=["--nsec3-limit", "50"], account=["--account-uri", "https://ca.example/1"], wildcard=["--wildcard"],
                           method=["--validation-method", "dns-01"])
        common = ["corroborate", "--primary", paths["one"], "--remote", paths["two"], "--remote"]
        self.caascan(*common, paths["three"])
        for name, option in (("ca", "--ca:"), ("account", "--account-uri"), ("wildcard", "--wildcard"),
                             ("method", "--validation-method"), ("sha1", "--dnssec-sha1"), ("nsec3", "--nsec3-limit")):
            done = self.caascan(*common, paths[name], code=2)
            self.assert_one_clear_line(done, option, str(paths[name]))
            self.assertEqual(done.stdout, b"")

    def test_decide_passes_it_on(self):
        paths = self.scans(one=["--wildcard"], two=["--wildcard", "--ca", "digicert.com"], three=["--dnssec-sha1", "insecure"])
        decided = self.folder / "decided.ndjson"
        told = self.folder / "decided.ndjson.meta.json"
        self.caascan("decide", "--ca", "sectigo.com", paths["one"], paths["two"], "-o", decided)
        found = self.metadata(told)
        self.assertEqual(found["command_line"][1], "decide")
        self.assertEqual((found["deciding"]["--ca"], found["deciding"]["--wildcard"]), ("sectigo.com", "yes"))
        self.assertEqual([run["deciding"]["--ca"] for run in found["earlier_runs"]], ["letsencrypt.org", "digicert.com"])
        self.assertEqual((found["state"], found["records_out"]), ("done", 4))
        done = self.caascan("scan", *NO_NETWORK, "--wildcard", self.names, "-o", decided, "--resume", code=2)
        self.assert_one_clear_line(done, "--ca: sectigo.com and letsencrypt.org")
        # Of records that were not looked up alike there is none, and no old one.
        self.caascan("decide", paths["one"], paths["three"], "-o", decided, "--overwrite")
        self.assertFalse(told.exists())


if __name__ == "__main__":
    harness.main()
