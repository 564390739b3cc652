"""The zones of random_zones.py as files: signed by BIND's or ldns's tools, children before parents because of their DS, and then
broken where zone_faults.py says so. A faulty zone whose parts come from two signings has both made here, with the same keys.
"""

import concurrent.futures
import datetime
import pathlib
import random
import subprocess
import typing

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

import zone_faults
from random_zones import Record, below

SIGNERS_AT_ONCE = 4
TTL = 300
UNSUPPORTED = 200  # As algorithm and digest type, nobody's.


class Line(typing.NamedTuple):
    """One record of a signed zone file."""
    owner: str  # Lower case, without the final dot.
    ttl: str
    rtype: str
    rdata: str

    def covers(self):
        """The type that a signature is for."""
        return self.rdata.split()[0] if self.rtype == "RRSIG" else ""

    def __str__(self):
        return f"{self.owner}. {self.ttl} IN {self.rtype} {self.rdata}"


def _run(*arguments):
    done = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{arguments}\n{done.stdout.decode(errors='replace')}")
    return done.stdout.decode()


def _make_keys(signing, name, folder):
    """Paths without suffix; the first key is the one that the DS is of."""
    size = ["-b", "1024"] if signing.algorithm.startswith("RSA") else []
    make = ["dnssec-keygen", "-q", "-K", folder, "-a", signing.algorithm, *size]
    made = [_run(*make, "-f", "KSK", name)] + ([_run(*make, name)] if signing.split_keys else [])
    return [folder / line.strip() for line in made]


def _sign(signing, name, keys, source, target, age):
    """`age`: how long ago the signatures were made (negative: yet to come), which are good for 30 days from an hour before that."""
    made = datetime.datetime.now(datetime.timezone.utc) - age
    inception, expiration = (f"{t:%Y%m%d%H%M%S}" for t in (made - datetime.timedelta(hours=1), made + datetime.timedelta(days=30)))
    if signing.tool == "bind":
        nsec3 = ["-3", signing.salt, "-H", signing.iterations, *(["-A"] if signing.opt_out else [])] if signing.nsec3 else []
        _run("dnssec-signzone", "-q", "-P", "-o", name, "-f", target, "-O", "full", "-s", inception, "-e", expiration, "-d", keys[0].parent,
             *nsec3, *([] if signing.split_keys else ["-z"]), source, *keys)
    else:
        salt = [] if signing.salt == "-" else ["-s", signing.salt]
        nsec3 = ["-n", "-t", signing.iterations, *salt, *(["-p"] if signing.opt_out else [])] if signing.nsec3 else []
        _run("ldns-signzone", *nsec3, "-i", inception, "-e", expiration, "-o", name, "-f", target, source, *keys)


def _read(path):
    lines = []
    for text in path.read_text().splitlines():
        if text and not text.startswith(";"):
            owner, ttl, _, rtype, rdata = text.split(";{")[0].split(None, 4)
            lines.append(Line(owner.lower().rstrip("."), ttl, rtype, rdata.strip()))
    return lines


class SignedInternet:
    """Every zone of the internet as a file in `folder`, and the root's trust anchor. REQUIRES: the faults are drawn."""

    def __init__(self, internet, folder, seed):
        self._seed = seed
        self.folder = pathlib.Path(folder)
        self.anchor = self.folder / "anchor"
        self._ds = {}  # Zone: its parent's DS records for it.
        self.keys = self.folder / "keys"
        self.keys.mkdir()
        by_depth = {}
        for zone in internet.zones:
            by_depth.setdefault(zone.depth(), []).append(zone)
        with concurrent.futures.ThreadPoolExecutor(SIGNERS_AT_ONCE) as pool:
            for _, zones in sorted(by_depth.items(), reverse=True):
                list(pool.map(self._make, zones))
        self.anchor.write_text("".join(f". 300 IN DS {record.rdata}\n" for record in self._ds[internet.root]))

    @staticmethod
    def file_of(zone):
        return (zone.name or "root") + ".zone"

    def _make(self, zone):
        fault = zone_faults.FAULTS.get(zone.fault_kind)
        records = [*self._apex(zone), *zone.records, *self._delegations(zone)]
        if zone.signing is None:
            lines = [Line(record.owner, str(TTL), record.rtype, record.rdata) for record in records]
        else:
            keys = _make_keys(zone.signing, zone.name or ".", self.keys)
            lines = self._signed(zone, records, keys, "", fault.age if fault else datetime.timedelta())
            if fault and fault.other_version:
                other = self._signed(zone, fault.other_version(zone, records), keys, ".other", datetime.timedelta())
                lines = zone_faults.with_denial_of(lines, other)
            self._ds[zone] = self._ds_records(zone, keys[0])
        if fault and fault.edit:
            rng = random.Random(f"{self._seed} {zone.name}")  # One for each zone: they are made in several threads.
            lines, self._ds[zone], zone.fault_hit = fault.edit(rng, zone, lines, self._ds[zone])
        (self.folder / self.file_of(zone)).write_text("".join(f"{line}\n" for line in lines))

    def _apex(self, zone):
        yield Record(zone.name, "SOA", f"{below('ns', zone.name)}. hostmaster.example. 1 3600 600 86400 {TTL}")
        yield Record(zone.name, "NS", f"{below('ns', zone.name)}.")
        yield Record(below("ns", zone.name), "A", zone.address)

    def _delegations(self, zone):
        for child in zone.children:
            yield Record(child.name, "NS", f"{below('ns', child.name)}.")
            yield Record(below("ns", child.name), "A", child.address)
            yield from self._ds.get(child, ())

    def _signed(self, zone, records, keys, suffix, age):
        source, target = (self.folder / (self.file_of(zone) + suffix + part) for part in (".unsigned", ".signed"))
        lines = [f"$TTL {TTL}"] + [f"{record.owner}. {record.rtype} {record.rdata}" for record in records]
        if zone.signing.tool == "bind":  # ldns's adds them itself.
            lines += [key.with_name(key.name + ".key").read_text() for key in keys]
        source.write_text("\n".join(lines) + "\n")
        _sign(zone.signing, zone.name or ".", keys, source, target, age)
        return _read(target)

    def _ds_records(self, zone, key):
        text = [line for line in key.with_name(key.name + ".key").read_text().splitlines() if not line.startswith(";")][0]
        key = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DNSKEY, text.split("DNSKEY")[1])
        right, sha1 = (dns.dnssec.make_ds(dns.name.from_text(zone.name), key, digest, policy=dns.dnssec.allow_all_policy).to_text()
                       for digest in ("SHA256", "SHA1"))
        tag, algorithm, _, digest = right.split()
        nowhere = f"{int(tag) ^ 1} {algorithm} 2 {digest[::-1]}"
        return [Record(zone.name, "DS", rdata) for rdata in {
            "right": [right], "none": [], "beside": [right, nowhere, sha1],
            "unsupported": [f"{tag} {UNSUPPORTED} 2 {digest}", f"{tag} {algorithm} {UNSUPPORTED} {digest}"]}[zone.signing.ds]]
