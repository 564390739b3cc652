"""Worlds put side by side on one internet: each with its own top-level domains and addresses below one signed root.

World number 17 of a batch has the TLDs a17 and b17 where its description says a and b. Its machines are addresses of
127.16.0.0/12 and fd00:53::/32. Nothing answers at DEAD4 and DEAD6, and sending there fails at once.
"""

import ipaddress
import pathlib
import typing

import oddities
import signing
import wire
import zone as zones
from machine import Machine
from wire import TYPES, RRset

ROOT_ADDRESS = "127.0.1.1"
PREFIX4, PREFIX6, DEAD4, DEAD6 = "127.16.0.0/12", "fd00:53::/32", "127.8.0.0/16", "fd00:99::/32"
WORLDS_AT_MOST = 3000
_WORLDS_PER_OCTET, _ROOT_HOST = 250, "ns1"


class Addresses(typing.NamedTuple):
    """A machine's, in text."""
    v4: str
    v6: str


def renamed(name, number):
    """A world's name as it is in the batch."""
    return f"{name}{number}" if name else name


def original(name, number):
    """The inverse of renamed()."""
    return name.removesuffix(str(number)) if name else name


def addresses_of(world, number):
    """{machine: its addresses} of a world in its place."""
    machines = sorted({machine for zone in world["zones"] for machine in zone["hosts"].values()})
    high, low = divmod(number, _WORLDS_PER_OCTET)
    return {machine: Addresses(f"127.{16 + high}.{low + 1}.{place + 1}", f"fd00:53:{number:x}::{place + 1:x}")
            for place, machine in enumerate(machines)}


def _dead(number, family):
    if family == 4:
        return f"127.8.{number // 250}.{number % 250 + 1}"
    return f"fd00:99::{number + 1:x}"


class _PlacedWorld:
    """One world's zones and machines, made from its description."""

    def __init__(self, world, number, root):
        self.world, self.number, self.root = world, number, root
        self.addresses = addresses_of(world, number)
        self.machines = {machine: Machine() for machine in self.addresses}
        self.zones = {}
        self.by_name = {}
        self.machine_of_host = {self._name(host): machine for zone in world["zones"] for host, machine in zone["hosts"].items()}
        for each in world["zones"]:
            self._make_zone(each)
        for each in world["zones"]:
            self._fill(each)
        for each in world["zones"]:
            self._delegate(each)
        for each in world["odd"]:
            self._add_oddity(each)

    def _name(self, name):
        return renamed(name, self.number)

    def _make_zone(self, each):
        minutes = each.get("inception_minutes")
        signer = signing.Signer(self._name(each["name"]), each["role"], None if minutes is None else minutes * 60)
        made = zones.Zone(self._name(each["name"]), each["denial"], signer)
        self.zones[each["role"]] = self.by_name[made.name] = made
        for host in each["hosts"]:
            made.add(made.name, "NS", wire.name_wire(self._name(host)))
        for machine in each["hosts"].values():
            self.machines[machine].zones[made.name] = made

    def _fill(self, each):
        made = self.zones[each["role"]]
        for owner, rtype, text in each["records"]:
            text = self._name(text) if rtype in ("CNAME", "DNAME", "NS") else text
            made.add(self._name(owner), rtype, wire.rdata(rtype, text))
        # Hosts that lie in this zone have their addresses here.
        for host, machine in self.machine_of_host.items():
            if self._zone_above(host) is made:
                self._add_addresses(made, host, machine)

    def _zone_above(self, name):
        while name and name not in self.by_name:
            name = wire.parent(name)
        return self.by_name.get(name)

    def _user_of_host(self, host):
        """The description of the zone that this host serves, the deepest where it serves several."""
        users = [each for each in self.world["zones"] if host in map(self._name, each["hosts"])]
        return max(users, key=lambda each: wire.labels(each["name"]))

    def _add_addresses(self, made, host, machine):
        user = self._user_of_host(host)
        is_first = self._name(next(iter(user["hosts"]))) == host
        dead = user.get("glue") == "own_wrong" and is_first
        made.add(host, "A", wire.rdata("A", _dead(self.number, 4) if dead else self.addresses[machine].v4))
        if user.get("families", "4") == "46":
            made.add(host, "AAAA", wire.rdata("AAAA", self.addresses[machine].v6))

    def _delegate(self, each):
        child = self.zones[each["role"]]
        parent = self._zone_above(wire.parent(child.name)) or self.root
        parent.delegate(child.name, zones.Delegation(
            ns=child.ns()._replace(signer=None), glue=tuple(self._glue(each, child, parent)),
            ds=tuple(_ds_of(child, each.get("ds", "sound"))), in_referral=_in_referral(each.get("ds", "sound"))))

    def _glue(self, each, child, parent):
        kind = each.get("glue", "sound")
        for place, host in enumerate(map(self._name, each["hosts"])):
            if kind == "none" or not wire.is_at_or_below(host, parent.name):
                continue
            v4, v6 = self.addresses[self.machine_of_host[host]]
            if kind == "wrong" and place == 0:
                v4 = _dead(self.number, 4)
            if kind == "only6_dead":
                v6 = _dead(self.number, 6)
            if kind not in ("only6", "only6_dead"):
                yield RRset(host, TYPES["A"], zones.TTL, (wire.rdata("A", v4),))
            if each.get("families", "4") == "46" or kind in ("only6", "only6_dead"):
                yield RRset(host, TYPES["AAAA"], zones.TTL, (wire.rdata("AAAA", v6),))

    def _add_oddity(self, each):
        place = self._place(each["zone"])
        self.machines[each["server"]].oddities.append(oddities.Oddity(
            each["name"] if each["name"] == "*" else self._name(each["name"]), each["types"], each["transport"], each["case"],
            each["parts"], place))

    def _place(self, role):
        at = self.zones[role]
        parent = (self._zone_above(wire.parent(at.name)) if at.name else None) or self.root
        child = next((each for each in self.zones.values() if each is not at and wire.is_at_or_below(each.name, at.name)), None)
        return oddities.Place(self.root, parent, at, child, self.zones["other"])


def _ds_of(child, kind):
    if child.signer is None or kind == "absent":
        return
    ds = child.signer.key.ds(child.name)
    yield ds[:-1] + bytes([ds[-1] ^ 1]) if kind == "wrong" else ds


def _in_referral(kind):
    return kind if kind in ("unsaid", "unsigned") else "sound"


class Internet:
    """A root and the worlds below it, ready to be served."""

    def __init__(self, worlds):
        assert len(worlds) <= WORLDS_AT_MOST
        self.root = zones.Zone("", "nsec", signing.Signer("", "root"))
        self.root.add("", "NS", wire.name_wire(_ROOT_HOST))
        self.root.add(_ROOT_HOST, "A", wire.rdata("A", ROOT_ADDRESS))
        root_machine = Machine()
        root_machine.zones[""] = self.root
        self._machines = {ROOT_ADDRESS: root_machine}
        self.zones = []  # Of each world, by their roles.
        for number, world in enumerate(worlds):
            placed = _PlacedWorld(world, number, self.root)
            self.zones.append(placed.zones)
            for machine, (v4, v6) in placed.addresses.items():
                self._machines[v4] = self._machines[v6] = placed.machines[machine]

    def machine_at(self, address):
        """The machine at an address in text, or None."""
        return self._machines.get(address)


def write_start_files(folder):
    """(root hints, trust anchor) as paths of files in the folder."""
    hints, anchor = pathlib.Path(folder) / "root.hints", pathlib.Path(folder) / "root.anchor"
    hints.write_text(f". 3600 IN NS {_ROOT_HOST}.\n{_ROOT_HOST}. 3600 IN A {ROOT_ADDRESS}\n")
    ds = signing.key_of("root").ds("")
    anchor.write_text(f". 300 IN DS {int.from_bytes(ds[:2], 'big')} {ds[2]} {ds[3]} {ds[4:].hex()}\n")
    return str(hints), str(anchor)


def text_of(octets):
    """An address in text from its octets."""
    return str(ipaddress.ip_address(octets))
