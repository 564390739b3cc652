"""Whom the block list names is asked nothing, whatever the scan would like to know."""

import json
import signal

import jsonschema

import harness
from harness import CAASCAN
from lab import Lab

CAA = ['@ CAA 0 issue "letsencrypt.org"']
BLOCKED = "127.70.0.0/24"
ZONES = [
    {"zone": "test", "servers": [{"host": "ns.nic", "addresses": ["127.69.0.1"]}]},
    {"zone": "open.test", "servers": [{"host": "ns", "addresses": ["127.71.0.1"]}], "records": CAA + [
        "www CNAME www.private.test.", "half CNAME www.half.test."]},
    {"zone": "blocked.test", "servers": [{"host": "ns1", "addresses": ["127.70.0.1"]},
                                         {"host": "ns2", "addresses": ["127.70.0.2"]}], "records": CAA},
    {"zone": "half.test", "servers": [{"host": "ns1", "addresses": ["127.70.0.3"]},
                                      {"host": "ns2", "addresses": ["127.71.0.2"]}], "records": CAA},
    {"zone": "truncated.test", "servers": [{"host": "ns1", "addresses": ["127.70.0.4"]},
                                           {"host": "ns2", "addresses": ["127.71.0.3"]}], "records": CAA,
     "faults": [{"fault": "truncate"}]},
    {"zone": "refusing.test", "servers": [{"host": "ns1", "addresses": ["127.70.0.5"]},
                                          {"host": "ns2", "addresses": ["127.71.0.4"]}], "records": CAA,
     "faults": [{"fault": "rcode", "rcode": "REFUSED", "types": ["CAA"]}]},
    {"zone": "hosted.test", "servers": [{"host": "ns.blocked.test."}], "records": CAA, "glue": "none"},
    {"zone": "private.test", "servers": [{"host": "ns", "addresses": ["127.71.0.5"]}], "records": CAA},
]
WANT = {
    "open.test": "issuer_authorized",
    "half.test": "issuer_authorized",
    "half.open.test": "issuer_authorized",
    "blocked.test": "blocklisted",
    "www.blocked.test": "blocklisted",
    "hosted.test": "blocklisted",
    "private.test": "blocklisted",
    "*.www.private.test": "blocklisted",
    "www.open.test": "blocklisted",
    "truncated.test": "issuer_authorized",
    "refusing.test": "refused_caa",
}


class Blocklist(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder, self.file("scenario.json", json.dumps({"zones": ZONES})))
        self.addCleanup(self.lab.stop)

    def asked(self):
        """The servers that the lab has seen queries for, over UDP and TCP. Ends the lab."""
        self.lab.stop()
        lines = [line for line in self.lab.server.log_path.read_text().splitlines() if '"servers_asked"' in line]
        return json.loads(lines[-1])["servers"]

    def test_nobody_on_the_list_is_asked(self):
        path = self.file("blocked.txt", f"# ours\n{BLOCKED}\n\n2001:db8::/32\n*.private.test # and below\n")
        records = self.scan(*self.lab.options(), "--blocklist", path, "--timeout", "500", "--recheck", "1",
                            "--servers", "all", names=list(WANT))
        self.assertEqual({record["name"]: record["reason"] for record in records}, WANT)
        schema = harness.record_schema()
        validator = jsonschema.Draft202012Validator(schema)
        for record in records:
            self.assertEqual([error.message for error in validator.iter_errors(record)], [], record)
            self.assertEqual(record["outcome"] == "error", record["reason"] == "blocklisted")
            for server in record.get("servers", []):
                self.assertEqual(server["result"] == "blocked", server.get("address", "").startswith("127.70.0."), record)
        by_name = {record["name"]: record for record in records}
        self.assertEqual({server["address"] for server in by_name["blocked.test"]["servers"] if server["result"] == "blocked"},
                         {"127.70.0.1", "127.70.0.2"})
        asked = self.asked()
        self.assertIn("127.71.0.1", asked)
        self.assertEqual([address for address in asked if address.startswith("127.70.0.") or address == "127.71.0.5"], [])

    def test_a_resolver_on_the_list(self):
        path = self.file("blocked.txt", "127.69.0.1\n")
        (record,) = self.scan("--resolver", "127.69.0.1:5300", "--allow-special", "--blocklist", path, names=["open.test"])
        self.assertEqual((record["outcome"], record["reason"], record["queries"]), ("error", "blocklisted", 0))
        self.assertNotIn("127.69.0.1", self.asked())

    def test_what_is_no_entry(self):
        path = self.file("blocked.txt", "127.69.0.1\n127.69.0.1/99\n")
        done = self.run_program(CAASCAN, "scan", "--blocklist", path, stdin="open.test\n")
        self.assertEqual(done.returncode, 2)
        self.assert_one_clear_line(done, "--blocklist", path + ":2")


if __name__ == "__main__":
    harness.main()
