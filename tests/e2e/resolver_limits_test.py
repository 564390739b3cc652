"""Resolvers that answer so many queries a second and refuse or drop the others: dnsdist with a limit for each client. All
names are asked for at once, and none may be lost."""

import json

import harness
from harness import Server, ask

NAMES = 3000
LIMITED = "127.0.0.11"
FREE = ("127.0.0.12", "127.0.0.13")
PATIENCE_S = 200
REFUSE = "RCodeAction(DNSRCode.REFUSED)"
DROP = "DropAction()"


class ResolverLimits(harness.Case):

    def start_resolver(self, address, *rules):
        """dnsdist that answers whatever its rules let through: no such data."""
        config = self.file(f"dnsdist-{address}.conf", "\n".join([
            f'addLocal("{address}:53")', 'setACL("127.0.0.0/8")', "setSecurityPollSuffix('')", *rules,
            'addAction(AllRule(), NegativeAndSOAAction(false, "example.", 300, "ns.example.", "h.example.", 1, 3600, 600, 86400, 300))'
        ]) + "\n")
        server = Server(["dnsdist", "--supervised", "--disable-syslog", "-C", config], self.folder / f"dnsdist-{address}.log")
        self.addCleanup(server.stop)
        server.wait_until(lambda: ask(address, 53, "a.example") is not None)

    def start_limited(self, per_second, action):
        self.start_resolver(LIMITED, f"addAction(MaxQPSIPRule({per_second}), {action})")

    def count_failed(self, *resolvers):
        """How many of the names failed."""
        names = self.file("names.txt", "".join(f"name{i}.example\n" for i in range(NAMES)))
        output = self.folder / "records.ndjson"
        done = self.run_program(harness.CAASCAN, "scan", "--resolver", ",".join(resolvers), "--allow-special", "--dnssec", "off",
                                names, "--overwrite", "-o", output, patience_s=PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        records = [json.loads(line) for line in output.read_text().splitlines()]
        self.assertEqual(len(records), NAMES)
        return sum(record["outcome"] != "permit" for record in records)

    def test_refuses_above_200_a_second(self):
        self.start_limited(200, REFUSE)
        self.assertEqual(self.count_failed(LIMITED), 0)

    def test_drops_above_200_a_second(self):
        self.start_limited(200, DROP)
        self.assertEqual(self.count_failed(LIMITED), 0)

    def test_refuses_above_500_a_second(self):
        self.start_limited(500, REFUSE)
        self.assertEqual(self.count_failed(LIMITED), 0)

    def test_drops_above_500_a_second(self):
        self.start_limited(500, DROP)
        self.assertEqual(self.count_failed(LIMITED), 0)

    def test_one_of_three_refuses(self):
        self.start_limited(200, REFUSE)
        for address in FREE:
            self.start_resolver(address)
        self.assertEqual(self.count_failed(LIMITED, *FREE), 0)

    def test_one_of_three_drops(self):
        self.start_limited(200, DROP)
        for address in FREE:
            self.start_resolver(address)
        self.assertEqual(self.count_failed(LIMITED, *FREE), 0)


if __name__ == "__main__":
    harness.main()
