"""The parts that an odd answer is made of, each a change to what a sound server would answer.

An oddity says which queries it hits and which parts it has; a part that is left out is sound. PARTS lists what each may be.
The order of the changes is that of PARTS. README.md has an example.
"""

import typing

import wire
import zone as zones
from wire import RCODES, TYPES, RRset

TOP_BIT = 0x80000000
A_RDATA = wire.rdata("A", "192.0.2.7")
CAA_PERMIT, CAA_DENY = '0 issue "letsencrypt.org"', '0 issue "odd-ca.example"'

PARTS = {
    # The answer section, to whatever was asked.
    "answer": ["empty", "caa_permit", "caa_deny", "other_types", "cname_away", "cname_away_empty", "cname_away_full",
               "cname_dangling", "cname_inside", "cname_loop", "dname_away", "caa_elsewhere", "caa_and_cname"],
    "rcode": ["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "NOTIMP", "FORMERR", "YXDOMAIN"],
    # SOA and NS of the authority section. "plus_soa" adds the zone's own to what a sound one holds.
    "authority": ["none", "soa_zone", "soa_parent", "soa_child", "soa_sibling", "soa_root", "plus_soa",
                  "ns_zone", "ns_zone_and_soa", "ns_parent", "ns_child", "ns_sibling", "ns_root"],
    # DS, NSEC and NSEC3 in the authority section; "unsigned" and "invalid" are about all signatures of the answer.
    "proofs": ["none", "part_missing", "of_sibling", "unsigned", "invalid"],
    "aa": ["0", "1"],
    "ra": ["1"],
    "tc": ["1"],
    "edns": ["absent"],
    "ttl": ["top_bit"],
    "echo": ["lower"],
    # No answer at all.
    "silence": ["yes"],
}


class Place(typing.NamedTuple):
    """The zones around an oddity. `child` may be None; `sibling` is where aliases lead."""
    root: zones.Zone
    parent: zones.Zone
    zone: zones.Zone
    child: typing.Optional[zones.Zone]
    sibling: zones.Zone


class Oddity(typing.NamedTuple):
    """What one server does to some queries. `name` is exact, or "*" for all names of the zone and below it."""
    name: str
    types: str  # "caa" or "all"
    transport: str  # "udp", "tcp" or "both"
    case: str  # "any" or "capitals"
    parts: dict
    place: Place

    def hits(self, query):
        """Whether the query is one that this oddity is for, on whatever transport."""
        return ((self.types == "all" or query.rtype == TYPES["CAA"])
                and (query.name == self.name or self.name == "*" and wire.is_at_or_below(query.name, self.place.zone.name))
                and (self.case == "any" or query.has_capitals))


def change(parts, answer, query, place):
    """Changes the answer by the parts that concern its contents. `silence`, `tc`, `edns`, `echo` and `ttl` are the writer's."""
    if "answer" in parts:
        _change_answer(parts["answer"], answer, query, place)
    if "rcode" in parts:
        answer.rcode = RCODES[parts["rcode"]]
        if parts["rcode"] not in ("NOERROR", "NXDOMAIN") and "answer" not in parts and "authority" not in parts:
            answer.answer, answer.authority, answer.proofs, answer.additional = [], [], [], []
    if "authority" in parts:
        _change_authority(parts["authority"], answer, query, place)
    if "proofs" in parts:
        _change_proofs(parts["proofs"], answer, query, place)
    if "aa" in parts:
        answer.is_authoritative = parts["aa"] == "1"


def _alias(owner, target, place, rtype="CNAME"):
    return RRset(owner, TYPES[rtype], zones.TTL, (wire.name_wire(target),), place.zone.signer)


def _caa(owner, text, place):
    return RRset(owner, TYPES["CAA"], zones.TTL, (wire.caa_rdata(text),), place.zone.signer)


def _answer_sections(query, place):
    """Answer sections by kind, made when they are needed."""
    name, sibling, zone = query.name, place.sibling.name, place.zone
    own = f"own.{sibling}"
    return {
        "empty": lambda: [],
        "caa_permit": lambda: [_caa(name, CAA_PERMIT, place)],
        "caa_deny": lambda: [_caa(name, CAA_DENY, place)],
        "other_types": lambda: [RRset(name, TYPES["A"], zones.TTL, (A_RDATA,), zone.signer)],
        "cname_away": lambda: [_alias(name, own, place)],
        "cname_away_empty": lambda: [_alias(name, f"www.{sibling}", place)],
        "cname_away_full": lambda: [_alias(name, own, place), place.sibling.records[own][TYPES["CAA"]]],
        "cname_dangling": lambda: [_alias(name, f"nx.{sibling}", place)],
        "cname_inside": lambda: [_alias(name, f"inside.{zone.name}", place)],
        "cname_loop": lambda: [_alias(name, name, place)],
        "dname_away": lambda: _dname_away(name, place),
        "caa_elsewhere": lambda: [_caa(f"elsewhere.{zone.name}", CAA_PERMIT, place)],
        "caa_and_cname": lambda: [_caa(name, CAA_PERMIT, place), _alias(name, f"www.{sibling}", place)],
    }


def _dname_away(name, place):
    dname = _alias(wire.parent(name), place.sibling.name, place, "DNAME")
    return [dname, zones.synthesized(dname, name)]


def _change_answer(kind, answer, query, place):
    answer.answer = _answer_sections(query, place)[kind]()
    answer.rcode, answer.additional = RCODES["NOERROR"], []
    ends_here = kind in ("empty", "other_types", "caa_elsewhere")
    answer.authority = [place.zone.soa()] if ends_here else []
    if not ends_here:
        answer.proofs = []
    elif not answer.proofs:
        zone = place.zone
        exists = zone.exists(query.name)
        answer.proofs = zone.no_data_proof(query.name, query.rtype) if exists else zone.no_name_proof(query.name)


def _child_cut(query, place):
    """The owner of the child's NS and SOA: a child that is there, or one made up at the name asked."""
    if place.child is not None and wire.is_at_or_below(query.name, place.child.name):
        return place.child.name
    return query.name if query.name != place.zone.name else f"child.{query.name}"


def _change_authority(kind, answer, query, place):
    zone, parent, sibling, root = place.zone, place.parent, place.sibling, place.root
    cut = _child_cut(query, place)
    child_is_real = place.child is not None and cut == place.child.name
    sets = {
        "none": lambda: [],
        "soa_zone": lambda: [zone.soa()],
        "soa_parent": lambda: [parent.soa()],
        "soa_sibling": lambda: [sibling.soa()],
        "soa_root": lambda: [root.soa()],
        "soa_child": lambda: [place.child.soa() if child_is_real else zone.soa()._replace(owner=cut, signer=None)],
        "plus_soa": lambda: [*(each for each in answer.authority if each.rtype != TYPES["SOA"]), zone.soa()],
        "ns_zone": lambda: [zone.ns()],
        "ns_zone_and_soa": lambda: [zone.soa(), zone.ns()],
        "ns_parent": lambda: [parent.ns()],
        "ns_sibling": lambda: [sibling.ns()],
        "ns_root": lambda: [root.ns()],
        "ns_child": lambda: [(place.child if child_is_real else zone).ns()._replace(owner=cut, signer=None)],
    }
    answer.authority = sets[kind]()


def _change_proofs(kind, answer, query, place):
    if kind == "none":
        answer.proofs = []
    elif kind == "part_missing":
        answer.proofs = answer.proofs[1:]
    elif kind == "of_sibling":
        answer.proofs = place.sibling.no_data_proof(place.sibling.name, TYPES["CAA"])
    elif kind == "unsigned":
        for section in (answer.answer, answer.authority, answer.proofs):
            section[:] = [each._replace(signer=None) for each in section]
