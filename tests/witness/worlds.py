"""Random worlds, each from a seed and its number alone.

A world is plain data, as it is written to a scenario file: `zones` (parents first), `odd` (what servers do wrong), `asked`
(names to scan). Its TLDs are called a and b. README.md explains each member.
"""

import json
import random

from oddities import PARTS
from wire import is_at_or_below

PERMIT, DENY, NOBODY = '0 issue "letsencrypt.org"', '0 issue "ca.example"', '0 issue ";"'
_INPUTS = ["list", "zone", "list", "proofs"]  # What caascan gets, of the worlds in turn: see zone_files.py.
_DENIALS = ["none", "nsec", "nsec3", "optout"]
# How often each kind of world is drawn.
_KINDS = {"sound": 12, "lame": 10, "delegation": 16, "case": 5, "odd": 57}

# The classic ways to be lame, for all names and types of a zone.
_LAME = [{"rcode": "REFUSED"}, {"rcode": "SERVFAIL"}, {"rcode": "NOTIMP"}, {"aa": "0"}, {"aa": "0", "ra": "1"}, {"silence": "yes"},
         {"answer": "empty", "aa": "0", "authority": "ns_root", "proofs": "none"},
         {"answer": "empty", "aa": "0", "authority": "ns_parent", "proofs": "none"},
         {"answer": "empty", "aa": "0", "authority": "none", "proofs": "none"}]
_ERRORS = ["SERVFAIL", "REFUSED", "NOTIMP", "FORMERR", "YXDOMAIN"]


class _Maker:
    """Draws one world."""

    def __init__(self, rng):
        self._rng = rng

    def _pick(self, choices, weights=None):
        return self._rng.choices(choices, weights)[0]

    def _chance(self, share):
        return self._rng.random() < share

    def make(self):
        kind = self._pick(list(_KINDS), list(_KINDS.values()))
        zones = self._zones()
        by_role = {zone["role"]: zone for zone in zones}
        asked = self._asked(by_role)
        world = {"kind": kind, "zones": zones, "odd": [], "asked": asked}
        getattr(self, f"_make_{kind}")(world, by_role)
        return world

    # Sound zones.

    def _zones(self):
        tld_of_other = self._pick(["a", "b"])
        tld_a = self._zone("a", "tld_a", {"ns1.a": "a1"}, self._pick(_DENIALS, [25, 25, 20, 30]))
        tld_b = self._zone("b", "tld_b", {"ns1.b": "b1"}, self._pick(_DENIALS, [25, 25, 20, 30]))
        other = self._zone(f"other.{tld_of_other}", "other", {f"ns1.other.{tld_of_other}": "o1"}, self._pick(_DENIALS))
        self._fill_other(other)
        made = [tld_a, tld_b, other]
        above = "a"
        if self._chance(0.3):
            made.append(self._zone("home.a", "home", {"ns1.home.a": "h1"}, self._pick(_DENIALS)))
            above = "home.a"
        zone = self._zone(f"zone.{above}", "zone", self._hosts(f"zone.{above}", other["name"]), self._pick(_DENIALS, [35, 25, 20, 20]))
        if above == "home.a" and self._chance(0.3):
            made[-1]["hosts"] = {f"ns1.{zone['name']}": "z1"}  # Parent and child on one server.
        self._fill_zone(zone, other["name"])
        made.append(zone)
        if self._chance(0.3):
            name = f"child.{zone['name']}"
            hosts = dict(zone["hosts"]) if self._chance(0.4) else {f"ns1.{name}": "c1"}
            child = self._zone(name, "child", hosts, self._pick(_DENIALS))
            child["records"] += self._caa(name, 0.4) + [[f"www.{name}", "A", "192.0.2.1"]]
            made.append(child)
        for each in made[3:]:
            if each["denial"] != "none" and self._chance(0.15):
                each["ds"] = "absent"
        return made

    @staticmethod
    def _zone(name, role, hosts, denial):
        return {"name": name, "role": role, "denial": denial, "hosts": hosts, "records": []}

    def _hosts(self, name, other):
        first = f"nsz.{other}" if self._chance(0.06) else f"ns1.{name}"
        return {first: "z1", f"ns2.{name}": "z2"} if self._chance(0.5) else {first: "z1"}

    def _caa(self, owner, share):
        if not self._chance(share):
            return []
        return [[owner, "CAA", text] for text in self._pick([[PERMIT], [DENY], [NOBODY], [DENY, PERMIT]], [3, 5, 1, 1])]

    def _fill_other(self, zone):
        name = zone["name"]
        zone["records"] += self._caa(name, 0.5)
        zone["records"] += [[f"own.{name}", "CAA", self._pick([PERMIT, DENY])], [f"www.{name}", "A", "192.0.2.1"]]

    def _fill_zone(self, zone, other):
        name = zone["name"]
        zone["records"] += self._caa(name, 0.6)
        zone["records"] += [[f"www.{name}", "A", "192.0.2.1"], [f"leaf.ent.{name}", "A", "192.0.2.1"],
                            [f"own.{name}", "CAA", self._pick([PERMIT, DENY], [1, 2])],
                            [f"inside.{name}", "CAA", self._pick([PERMIT, DENY], [1, 2])],
                            [f"alias.{name}", "CNAME", self._pick([f"own.{other}", f"www.{other}", f"own.{name}", f"nx.{other}"])],
                            [f"tree.{name}", "DNAME", other]]

    def _asked(self, by_role):
        zone = by_role["zone"]["name"]
        names = [f"www.{zone}", f"own.{zone}", f"nx.{zone}", f"ent.{zone}", f"alias.{zone}", f"own.tree.{zone}", zone, f"a.nx.{zone}"]
        if "child" in by_role:
            child = by_role["child"]["name"]
            names += [f"www.{child}", child, f"nx.{child}"]
        return sorted(self._rng.sample(names, 2), key=names.index)

    # What is wrong in it.

    def _make_sound(self, world, by_role):
        pass

    def _entry(self, server, role, name, parts, types="caa", transport="both", case="any"):
        return {"server": server, "zone": role, "name": name, "types": types, "transport": transport, "case": case, "parts": parts}

    def _add_second(self, world, by_role, role, first):
        """What the zone's other server does: nothing odd, the same, other data, or nothing useful."""
        servers = list(by_role[role]["hosts"].values())
        if len(servers) < 2:
            return
        choice = self._pick(["sound", "same", "other_data", "lame"], [45, 20, 20, 15])
        if choice == "same":
            world["odd"].append({**first, "server": servers[1]})
        elif choice == "other_data":
            parts = {"answer": self._pick(["caa_permit", "caa_deny"])}
            world["odd"].append(self._entry(servers[1], role, first["name"], parts))
        elif choice == "lame":
            world["odd"].append(self._entry(servers[1], role, "*", dict(self._pick(_LAME)), "all"))

    def _role_and_name(self, world, by_role):
        """The zone whose server is odd, and a name of the climb there."""
        if self._chance(0.12):
            role = self._pick([role for role in ("tld_a", "home", "child", "other") if role in by_role])
            if role == "child":
                return role, self._pick([by_role[role]["name"], f"www.{by_role[role]['name']}"])
            if role == "other":
                return role, self._pick([f"own.{by_role[role]['name']}", f"www.{by_role[role]['name']}"])
            return role, by_role[role]["name"]
        name = self._pick(world["asked"])
        if self._chance(0.2):
            name = by_role["zone"]["name"]
        return "zone", name

    def _make_lame(self, world, by_role):
        first = self._entry("z1", "zone", "*", dict(self._pick(_LAME)), "all")
        world["odd"].append(first)
        self._add_second(world, by_role, "zone", first)

    def _make_case(self, world, by_role):
        parts = self._pick([{"rcode": "NXDOMAIN"}, {"rcode": "SERVFAIL"}, {"rcode": "REFUSED"}, {"answer": "empty"},
                            {"answer": "empty", "authority": "none"}, {"silence": "yes"}, {"echo": "lower"}])
        types = self._pick(["caa", "all"])
        if "answer" in parts:  # Who does not find a name does not find it for any type.
            types = "all"
        first = self._entry("z1", "zone", "*", dict(parts), types, case="capitals")
        world["odd"].append(first)
        if self._chance(0.5):  # It serves another zone too, and has answered for it before.
            other = by_role["other"]
            other["hosts"] = {host: "z1" for host in other["hosts"]}
            world["asked"].insert(0, f"own.{other['name']}")
        self._add_second(world, by_role, "zone", first)

    def _make_delegation(self, world, by_role):
        role = self._pick(["zone", "zone", "child"]) if "child" in by_role else "zone"
        zone = by_role[role]
        if zone["denial"] == "none" and self._chance(0.6):
            zone["denial"] = self._pick(_DENIALS[1:])
        fault = self._pick(["ds", "glue", "inception"], [45, 45, 10])
        if fault == "ds":
            zone["ds"] = self._pick(["unsaid", "unsigned", "wrong", "absent"], [5, 3, 1, 1])
        elif fault == "glue":
            zone["glue"] = self._pick(["only6", "only6_dead", "none", "wrong", "own_wrong"])
            if self._chance(0.3) or zone["glue"] == "only6":
                zone["families"] = "46"
        else:
            zone["inception_minutes"] = self._pick([1, 30, 65, 600, 1560, 4500])
        if self._chance(0.25):
            self._make_odd(world, by_role)

    def _make_odd(self, world, by_role):
        role, name = self._role_and_name(world, by_role)
        server = next(iter(by_role[role]["hosts"].values()))
        if self._chance(0.1):
            name = "*"
        types = "all" if self._chance(0.15) else "caa"
        first = self._entry(server, role, name, self._parts(), types, self._pick(["both", "udp", "tcp"], [80, 12, 8]))
        if self._chance(0.05):
            self._mind_capitals(first)
        world["odd"].append(first)
        self._add_second(world, by_role, role, first)

    @staticmethod
    def _mind_capitals(entry):
        """How a server looks names up is the same for all of them, and it does not find what it holds; it invents nothing."""
        entry["case"], entry["name"], entry["types"] = "capitals", "*", "all"
        if "answer" in entry["parts"]:
            entry["parts"]["answer"] = "empty"

    def _parts(self):
        parts = {}
        if self._chance(0.65):
            parts["answer"] = self._pick(PARTS["answer"], [7, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1])
        if self._chance(0.3):
            parts["rcode"] = self._pick(["NOERROR", "NXDOMAIN", self._pick(_ERRORS)], [1, 3, 2])
        if self._chance(0.6):
            parts["authority"] = self._pick(PARTS["authority"])
        if self._chance(0.3):
            parts["proofs"] = self._pick(PARTS["proofs"])
        if self._chance(0.4):
            parts["aa"] = self._pick(["0", "1"], [3, 1])
        for part, share in (("ra", 0.2), ("tc", 0.08), ("edns", 0.1), ("ttl", 0.05), ("echo", 0.04), ("silence", 0.02)):
            if self._chance(share):
                parts[part] = PARTS[part][0]
        return parts or self._parts()


def world_of(seed, number):
    """World `number` of a seed."""
    world = _Maker(random.Random(f"{seed} {number}")).make()
    # No two members share a part: shrinking changes them one by one.
    return json.loads(json.dumps({"origin": {"seed": seed, "world": number}, "input": _INPUTS[number % len(_INPUTS)], **world}))


def is_odd(world):
    return bool(world["odd"]) or any(_zone_oddities(zone) for zone in world["zones"])


def _zone_oddities(zone):
    return [member for member in ("ds", "glue", "inception_minutes") if zone.get(member) not in (None, "sound", "absent")]


def sound_machines(world):
    """Machines whose every answer is right: those without an oddity, but for data of their own, whose zones' signatures are valid."""
    machines = {machine for zone in world["zones"] for machine in zone["hosts"].values()}
    for zone in world["zones"]:
        if zone.get("inception_minutes") is not None:
            machines -= set(zone["hosts"].values())
    for oddity in world["odd"]:
        if not _is_other_data(world, oddity):
            machines.discard(oddity["server"])
    return machines


def _is_other_data(world, oddity):
    """Whether the oddity is no more than another version of the zone, with other CAA records at one name of it."""
    zone = next(zone for zone in world["zones"] if zone["role"] == oddity["zone"])
    deepest = max((each["name"] for each in world["zones"] if is_at_or_below(oddity["name"], each["name"])), key=len, default="")
    return (oddity["parts"] in ({"answer": "caa_permit"}, {"answer": "caa_deny"}) and oddity["types"] == "caa"
            and oddity["transport"] == "both" and oddity["case"] == "any" and deepest == zone["name"])


def signature(world):
    """What is odd in a world, as a value: worlds with the same fail for the same reason, most likely."""
    oddities = [(oddity["types"], oddity["transport"], oddity["case"], *sorted(oddity["parts"].items())) for oddity in world["odd"]]
    zones = [(zone["role"], member, zone[member]) for zone in world["zones"] for member in ("ds", "glue", "inception_minutes")
             if member in zone]
    return (*oddities, *zones)
