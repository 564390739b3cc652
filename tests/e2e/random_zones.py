"""A random internet, described: a root, TLDs, zones below them and zones below those, each with records, a way of signing, and
names to ask. The seed alone decides. Nothing here is served or signed (signed_zones.py), and no fault is in it (zone_faults.py).

An alias leads only to an older zone, or to what is no alias in its own: there are no loops.
"""

import dataclasses
import typing

SECOND_LEVEL_ZONES, SUB_ZONES = 110, 40
NAMES_PER_ZONE = 22
MISSING_PER_TLD = 20

LETSENCRYPT, OTHER_CA, NOBODY = '0 issue "letsencrypt.org"', '0 issue "ca.example"', '0 issue ";"'
CAA_SETS = [[LETSENCRYPT], [LETSENCRYPT], [OTHER_CA], [NOBODY], [OTHER_CA, LETSENCRYPT], ['0 iodef "mailto:a@example.com"']]

# Each level has addresses of its own. A server that served a zone and its child would never refer.
ROOT, TLDS, ZONES_BY_NSD, ZONES_BY_BIND = "127.0.1.1", "127.0.2.1", "127.0.3.1", "127.0.4.1"
SUB_ZONES_BY_NSD, SUB_ZONES_BY_BIND = "127.0.6.1", "127.0.7.1"
ADDRESS_OF_A_HOST = "192.0.2.1"


class Record(typing.NamedTuple):
    owner: str  # Without the final dot; the root's is "".
    rtype: str
    rdata: str


@dataclasses.dataclass
class Signing:
    """How a zone is signed, and what its parent says of that."""
    tool: str  # "bind" or "ldns".
    algorithm: str
    split_keys: bool
    nsec3: bool
    opt_out: bool
    iterations: int
    salt: str
    ds: str  # "right", "none", "unsupported", "beside": the right one beside some that lead nowhere.

    def __str__(self):
        denial = f"NSEC3 {self.iterations} {self.salt}{' opt-out' if self.opt_out else ''}" if self.nsec3 else "NSEC"
        return f"{self.tool} {self.algorithm} {'KSK+ZSK' if self.split_keys else 'CSK'} {denial} DS {self.ds}"


@dataclasses.dataclass(eq=False)
class Zone:
    name: str
    parent: typing.Optional["Zone"]
    address: str
    signing: typing.Optional[Signing]
    records: list = dataclasses.field(default_factory=list)
    children: list = dataclasses.field(default_factory=list)
    asked: list = dataclasses.field(default_factory=list)
    fault_kind: str = ""  # Of zone_faults.py, and what of the zone it hit.
    fault_hit: str = ""

    def __str__(self):
        records = "; ".join(f"{_relative(r.owner, self.name)} {r.rtype} {r.rdata}" for r in self.records)
        return (f"{self.name or '.'} [{self.signing or 'unsigned'}]{f' BROKEN {self.fault_kind} {self.fault_hit}' if self.fault_kind else ''}"
                f" at {self.address}: {records}")

    def chain(self):
        """The zones from the root down to this one."""
        return [*(self.parent.chain() if self.parent else ()), self]

    def depth(self):
        return len(self.chain()) - 1

    def is_secure(self):
        """Do the DS sets down to here say that it is to be signed, faults aside?"""
        return all(zone.signing and zone.signing.ds in ("right", "beside") for zone in self.chain())


def below(label, name):
    return f"{label}.{name}" if name else label


def _relative(owner, zone):
    return owner.removesuffix(zone).rstrip(".") or "@"


def _ancestors(owner, zone):
    """The names between an owner and its zone's apex."""
    while owner != zone:
        owner = owner.partition(".")[2]
        if owner != zone:
            yield owner


class Internet:
    """The zones of a seed, parents first."""

    def __init__(self, rng):
        self._rng = rng
        self.root = Zone("", None, ROOT, Signing("bind", "ECDSAP256SHA256", True, False, False, 0, "-", "right"))
        self.zones = [self.root]
        self._older = []  # Names of zones that are complete: aliases lead there.
        tlds = [self._add(tld, self.root, TLDS, signing) for tld, signing in (
            ("nsec", Signing("bind", "ECDSAP256SHA256", True, False, False, 0, "-", "right")),
            ("optout", Signing("bind", "RSASHA256", True, True, True, 0, "-", "right")),
            ("plain", None),
            ("strict", Signing("ldns", "ED25519", False, True, False, 2, "BEEF", "right")))]
        tlds[3].records.append(Record("strict", "CAA", OTHER_CA))
        # More of them where validation has something to do.
        parents = tlds[:2] * 4 + tlds[3:] * 3 + tlds[2:3]
        for number in range(SECOND_LEVEL_ZONES):
            zone = self._add(f"z{number}.{(tld := rng.choice(parents)).name}", tld, rng.choice([ZONES_BY_NSD, ZONES_BY_BIND]),
                             self._signing())
            self._fill(zone)
        for number in range(SUB_ZONES):
            parent = rng.choice([zone for zone in self.zones if zone.parent in tlds])
            label = rng.choice([f"sub{number}", f"sub{number}.cut", f"a{number}"])
            self._fill(self._add(f"{label}.{parent.name}", parent, rng.choice([SUB_ZONES_BY_NSD, SUB_ZONES_BY_BIND]), self._signing()))
        self.root.asked = ["missing", "www.missing"]
        for tld in tlds:
            tld.asked = [tld.name, *(self._missing(tld.name) for _ in range(MISSING_PER_TLD))]
        for zone in self.zones:
            if zone is not self.root and zone not in tlds:
                zone.asked = self._names_to_ask(zone)

    def names(self):
        """{name: the zone it was drawn for}."""
        return {name: zone for zone in self.zones for name in zone.asked}

    def _add(self, name, parent, address, signing):
        zone = Zone(name, parent, address, signing)
        parent.children.append(zone)
        self.zones.append(zone)
        return zone

    def _signing(self):
        rng = self._rng
        if rng.random() < 0.2:
            return None
        nsec3 = rng.random() < 0.6
        return Signing(rng.choice(["bind", "bind", "ldns"]), rng.choice(["RSASHA256", "ECDSAP256SHA256", "ED25519"]),
                       rng.random() < 0.5, nsec3, nsec3 and rng.random() < 0.4, rng.randint(0, 5) if nsec3 else 0,
                       rng.choice(["-", "AB", "DEADBEEF01"]) if nsec3 else "-",
                       rng.choices(["right", "beside", "none", "unsupported"], [16, 3, 2, 1])[0])

    def _fill(self, zone):
        """Gives a zone its records. Each kind of them is there by chance."""
        rng, apex, add = self._rng, zone.name, zone.records.append
        chance = lambda p: rng.random() < p
        if chance(0.5):
            self._add_caa(zone, apex)
        add(Record(below("www", apex), "A", ADDRESS_OF_A_HOST))
        if chance(0.5):
            self._add_caa(zone, below("own", apex))
        if chance(0.3):
            add(Record(below("own", apex), "TXT", '"beside CAA"'))
        if chance(0.6):
            add(Record(below("leaf.ent", apex), "A", ADDRESS_OF_A_HOST))
        if chance(0.3):
            self._add_caa(zone, below("x.y.deep", apex))
        if chance(0.4):
            self._add_wildcard(zone, below(rng.choice(["*", "*.wild", "*.below.ent", "*.own"]), apex))
        if chance(0.3):
            self._add_wildcard(zone, below(rng.choice(["*.more", "*.leaf.ent", "*.www"]), apex))
        if chance(0.4):
            add(Record(below("local", apex), "CNAME", rng.choice([apex, below("www", apex), below("own", apex)]) + "."))
        if chance(0.2):
            add(Record(below("hole", apex), "CNAME", below("nothing.here", apex) + "."))
        if self._older:
            if chance(0.6):
                add(Record(below("away", apex), "CNAME", rng.choice(self._older) + "."))
            if chance(0.25):
                add(Record(below("tree", apex), "DNAME", rng.choice(self._older) + "."))
        if chance(0.3):
            add(Record(below("zz.host", apex), "A", ADDRESS_OF_A_HOST))
        self._older += [apex, below("www", apex), below("own", apex), below("leaf.ent", apex), below("away", apex)]

    def _add_caa(self, zone, owner):
        zone.records += [Record(owner, "CAA", rdata) for rdata in self._rng.choice(CAA_SETS)]

    def _add_wildcard(self, zone, owner):
        kind = self._rng.choice(["CAA", "A", "CNAME"])
        if kind == "CAA":
            self._add_caa(zone, owner)
        elif kind == "A" or not self._older:
            zone.records.append(Record(owner, "A", ADDRESS_OF_A_HOST))
        else:
            zone.records.append(Record(owner, "CNAME", self._rng.choice(self._older) + "."))

    def _missing(self, above):
        label = "".join(self._rng.choice("abcdefghijklmnopqrstuvwxyz0123456789-") for _ in range(self._rng.randint(1, 8)))
        return below(f"x{label}0", above)

    def _names_to_ask(self, zone):
        rng = self._rng
        owners = [record.owner for record in zone.records]
        ents = [name for owner in owners for name in _ancestors(owner, zone.name)]
        places = list(dict.fromkeys(owner.replace("*", "any") for owner in [*owners, *ents]))
        names = dict.fromkeys([zone.name, *places])
        # Delegations are asked from below; what lies between them and this zone, here.
        names.update(dict.fromkeys(name for child in zone.children for name in _ancestors(child.name, zone.name)))
        while len(names) < NAMES_PER_ZONE:
            above = rng.choice([zone.name, *places])
            names[below("a.b", above) if rng.random() < 0.2 else self._missing(above)] = None
        return list(names)
