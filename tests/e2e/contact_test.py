"""--contact is seen by the servers, and changes nothing in what is found out about them."""

import json
import socket
import subprocess

import harness
from harness import CAASCAN
from lab import Lab

TEXT = "caa-scan@example.org https://example.org/scan"
CAA = ['@ CAA 0 issue "letsencrypt.org"']


class Contact(harness.Case):

    def test_servers_see_it(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 5353))
            server.settimeout(harness.PATIENCE_S)
            scan = subprocess.Popen([CAASCAN, "scan", "--resolver", "127.0.0.1:5353", "--contact", TEXT, "--timeout", "200",
                                     "--retries", "1", "--recheck", "0"], stdin=subprocess.PIPE,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            scan.stdin.write(b"example.com\n")
            scan.stdin.close()
            first, second = server.recv(4096), server.recv(4096)
            scan.wait(timeout=harness.PATIENCE_S)
        self.assertIn((65001).to_bytes(2, "big") + len(TEXT).to_bytes(2, "big") + TEXT.encode(), first)
        self.assertNotIn(TEXT.encode(), second, "who does not answer is asked again without")

    def test_servers_that_mind_the_option_are_accused_of_nothing_else(self):
        zones = [{"zone": "test", "servers": [{"host": "ns.nic", "addresses": ["127.69.0.1"]}]}]
        faults = {"formerr": {"fault": "rcode", "rcode": "FORMERR"}, "badvers": {"fault": "rcode", "rcode": "BADVERS"},
                  "silent": {"fault": "drop"}}
        for i, (name, fault) in enumerate(faults.items()):
            zones.append({"zone": name + ".test", "servers": [{"host": "ns", "addresses": [f"127.70.0.{i + 1}"]}],
                          "records": CAA, "faults": [fault | {"edns": "option"}]})
        lab = Lab(self.folder, self.file("scenario.json", json.dumps({"zones": zones})))
        self.addCleanup(lab.stop)
        records = self.scan(*lab.options(), "--contact", TEXT, "--timeout", "300", "--recheck", "0",
                            names=[name + ".test" for name in faults])
        for record in records:
            self.assertEqual(record["outcome"], "permit", record)
            found = [finding["code"] for finding in record.get("findings", ())]
            # Silence, or a FORMERR that has an OPT of its own, may have any cause.
            self.assertEqual(found, ["edns_option_rejected"] if record["name"] == "badvers.test" else [], record)

    def test_what_is_no_contact(self):
        for text in ("x" * 129, "two\nlines", "b\u00fccher"):
            done = self.run_program(CAASCAN, "scan", "--contact", text, stdin="example.com\n")
            self.assertEqual(done.returncode, 2)
            self.assert_one_clear_line(done, "--contact")


if __name__ == "__main__":
    harness.main()
