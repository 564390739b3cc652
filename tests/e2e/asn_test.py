"""scan --zones --asn: the AS and the country of servers, by prefixes and by an MMDB database that is made here."""

import json
import struct

import harness
from harness import CAASCAN
from lab import Lab

MARK = b"\xab\xcd\xefMaxMind.com"


# Kind and octets of the metadata's numbers; of others it is uint32.
UINT16, UINT64 = (5, 2), (9, 8)
WHOLE_NUMBERS = {"record_size": UINT16, "ip_version": UINT16, "binary_format_major_version": UINT16,
                 "binary_format_minor_version": UINT16, "build_epoch": UINT64}


def encoded(value, name=None):
    """A value in the MaxMind DB format (version 2.0): maps, texts and whole numbers, which is all that is needed."""
    def head(kind, size):
        assert size < 29
        return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])
    if isinstance(value, dict):
        return head(7, len(value)) + b"".join(encoded(key) + encoded(each, key) for key, each in value.items())
    if isinstance(value, str):
        return head(2, len(value)) + value.encode()
    if isinstance(value, list):
        return head(11, len(value)) + b"".join(map(encoded, value))
    kind, size = WHOLE_NUMBERS.get(name, (6, 4))
    return head(kind, size) + value.to_bytes(size, "big")


def database(networks):
    """An MMDB file of IPv4 networks: {(first octets): value}."""
    data, offsets = b"", {}
    nodes = [[None, None]]
    for octets, value in networks.items():
        offsets[octets] = len(data)
        data += encoded(value)
        bits = "".join(f"{octet:08b}" for octet in octets)
        at = 0
        for bit in map(int, bits[:-1]):
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][int(bits[-1])] = octets
    count = len(nodes)

    def entry(child):
        if child is None:
            return count
        return count + 16 + offsets[child] if isinstance(child, tuple) else child
    tree = b"".join(struct.pack("!II", entry(left), entry(right)) for left, right in nodes)
    metadata = {"node_count": count, "record_size": 32, "ip_version": 4, "database_type": "Test", "languages": [],
                "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "description": {}}
    return tree + bytes(16) + data + MARK + encoded(metadata)


class Asn(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)
        self.names = self.file("names.txt", "\n".join(self.lab.names()) + "\n")

    def scan_with(self, *tables, code=0):
        path = self.folder / "zones.ndjson"
        options = [word for table in tables for word in ("--asn", table)]
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--server-rate", "0", "--timeout", "300", "--recheck", "0",
                                "--diagnose", "off", "--zones", path, "--overwrite", *options, self.names)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        if code != 0:
            return done
        zones = map(json.loads, path.read_text().splitlines())
        return {server["address"]: (server.get("asn"), server.get("country"))
                for zone in zones for server in zone.get("servers", []) if "address" in server}

    def test_prefixes(self):
        servers = self.scan_with(self.file("table", "127.0.0.0\t8\t64500\n127.0.0.0\t16\t64501_64502\tDE\n::\t0\t64503\n"))
        self.assertGreater(len(servers), 10)
        for address, found in servers.items():
            expected = (64501, "DE") if address.startswith("127.0.") else (64500, None) if address.startswith("127.") else (64503, None)
            self.assertEqual(found, expected, address)
        report = json.loads(self.run_program(CAASCAN, "report", "--zones", "--format", "json", self.folder / "zones.ndjson").stdout)
        self.assertEqual({(row["asn"], row["country"]) for row in report["systems"]["rows"]}, set(servers.values()))

    def test_databases(self):
        asn = self.file("asn.mmdb", database({(127, 0): {"autonomous_system_number": 64501}, (127, 64): {"asn": "AS64564"}}))
        country = self.file("country.mmdb", database({(127,): {"country": {"iso_code": "FR"}}}))
        servers = self.scan_with(asn, country)
        for address, (number, where) in servers.items():
            if address.startswith("127."):
                self.assertEqual(where, "FR", address)
                self.assertEqual(number, {"0": 64501, "64": 64564}.get(address.split(".")[1]), address)
        self.assertIn((64501, "FR"), servers.values())

    def test_bad_tables_are_refused(self):
        table = self.file("table", "127.0.0.0\t8\t64500\n127.0.0.0/8 64500\n")
        self.assert_one_clear_line(self.scan_with(table, code=2), "--asn", table + ":2")
        self.assert_one_clear_line(self.scan_with(self.folder / "missing", code=2), "missing")
        self.assert_one_clear_line(self.scan_with(self.file("broken.mmdb", bytes(99) + MARK + b"x"), code=2), "broken.mmdb")


if __name__ == "__main__":
    harness.main()
