"""Zone files of the worlds' top-level domains, as a registry publishes them: what caascan gets as its input besides a list.

A world whose `input` is `zone` has the delegations alone, as most registries publish them; with `proofs` the file is as it is
signed. A file is sound whatever is odd about the servers: it says what the parent holds.
"""

import dns.rdata
import dns.rdataclass

import zone as zones
from wire import TYPES, RRset

INPUTS = ("list", "zone", "proofs")
_OF_TOP, _TYPE_NAMES = ("tld_a", "tld_b"), {number: name for name, number in TYPES.items()}


def input_of(world):
    """A world's input. Files are no fair game where a server of a TLD is odd: what it says of a delegation is in no file, and caascan
    need not ask it."""
    return "list" if any(oddity["zone"] in _OF_TOP for oddity in world["odd"]) else world.get("input", "list")


def write(world, placed_zones, folder):
    """Writes a world's files; (paths, names that they delegate). `placed_zones` are its zones by their role, placed."""
    if input_of(world) == "list":
        return [], set()
    paths, delegated = [], set()
    for role in _OF_TOP:
        if role in placed_zones:
            made = placed_zones[role]
            paths.append(folder / f"{made.name}.zone")
            paths[-1].write_text("".join(line + "\n" for line in _lines(made, input_of(world) == "proofs")))
            delegated |= set(made.delegations)
    return paths, delegated


def _lines(made, with_proofs):
    signed = with_proofs and made.signer is not None
    sets = [made.soa(), made.ns()]
    if with_proofs:
        sets += [rrset for node in made.records.values() for rrset in node.values() if rrset not in sets]
    for child, delegation in made.delegations.items():
        sets.append(delegation.ns)
        sets += [made.ds(child)] if delegation.ds else []
        sets += delegation.glue
    if signed:
        sets += made.chain()
    for rrset in sets:
        yield from _texts(rrset)
        if signed and rrset.signer is not None:
            yield from _texts(RRset(rrset.owner, TYPES["RRSIG"], zones.TTL, (rrset.signer.rrsig(rrset, zones.TTL),)))


def _texts(rrset):
    for rdata in rrset.rdatas:
        text = dns.rdata.from_wire(dns.rdataclass.IN, rrset.rtype, rdata, 0, len(rdata)).to_text()
        yield f"{rrset.owner}. {zones.TTL} IN {_TYPE_NAMES[rrset.rtype]} {text}"
