"""One zone as a sound server answers for it: records, denial by NSEC or NSEC3, referrals to its children.

A zone has no wildcards, and its signer's key signs everything in it. Signatures are added where an answer is written
(machine.py), from the `signer` of each set.
"""

import bisect
import dataclasses
import typing

import signing
import wire
from wire import RCODES, TYPES, RRset

TTL = 300
_NSEC3_OPT_OUT, _NSEC3_SHA1 = 1, 1
_MAX_ALIASES = 8


@dataclasses.dataclass
class Answer:
    """What a server is about to say. `proofs` are the DS and denial records of the authority section."""
    rcode: int = 0
    is_authoritative: bool = True
    answer: list = dataclasses.field(default_factory=list)
    authority: list = dataclasses.field(default_factory=list)
    proofs: list = dataclasses.field(default_factory=list)
    additional: list = dataclasses.field(default_factory=list)


class Delegation(typing.NamedTuple):
    """What a zone says of a child. `in_referral` is how its referrals speak of the DS set: "sound", "unsaid", or "unsigned";
    a query for the DS set is answered well in any case."""
    ns: RRset
    glue: tuple
    ds: tuple = ()
    in_referral: str = "sound"


def _order(name):
    return tuple(reversed(name.split("."))) if name else ()


class Zone:
    """A zone with its records. `denial` is "none" (unsigned), "nsec", "nsec3" or "optout". Add records and delegations first,
    then ask."""

    def __init__(self, name, denial, signer):
        self.name = name
        self.denial = denial
        self.signer = signer if denial != "none" else None
        self.records = {}
        self.delegations = {}
        self._chain = None
        self._empty_nonterminals = None
        self.add(name, "SOA", wire.soa_rdata(name, TTL))
        if self.signer:
            self.add(name, "DNSKEY", self.signer.key.dnskey)

    def add(self, owner, rtype, rdata):
        node = self.records.setdefault(owner, {})
        have = node.get(TYPES[rtype])
        rdatas = (*have.rdatas, rdata) if have else (rdata,)
        node[TYPES[rtype]] = RRset(owner, TYPES[rtype], TTL, rdatas, self.signer)

    def delegate(self, child, delegation):
        self.delegations[child] = delegation

    def soa(self):
        return self.records[self.name][TYPES["SOA"]]

    def ns(self):
        return self.records[self.name][TYPES["NS"]]

    def cut_above(self, name, rtype):
        """The delegation that this name lies below, if any. The DS of a child belongs to this zone."""
        at = name
        found = None
        while at != self.name:
            if at in self.delegations and not (at == name and rtype == TYPES["DS"]):
                found = at
            at = wire.parent(at)
        return found

    def lookup(self, name, rtype):
        """What a sound server answers; REQUIRES: the name lies in this zone or below it."""
        answer = Answer()
        for _ in range(_MAX_ALIASES):
            name = self._step(name, rtype, answer)
            if name is None or not wire.is_at_or_below(name, self.name):
                break
        return answer

    def _step(self, name, rtype, answer):
        """Adds what there is to say of one name; the alias's target where there is one."""
        cut = self.cut_above(name, rtype)
        if cut:
            self._refer(cut, answer)
            return None
        node = self.records.get(name, {})
        if rtype in node:
            answer.answer.append(node[rtype])
            return None
        if TYPES["CNAME"] in node:
            return self._follow(node[TYPES["CNAME"]], answer)
        dname = self._dname_above(name)
        if dname:
            answer.answer.append(dname)
            return self._follow(synthesized(dname, name), answer)
        self._deny(name, rtype, answer)
        return None

    @staticmethod
    def _follow(alias, answer):
        answer.answer.append(alias)
        return target_of(alias)

    def _dname_above(self, name):
        while name != self.name:
            name = wire.parent(name)
            found = self.records.get(name, {}).get(TYPES["DNAME"])
            if found:
                return found
        return None

    def _refer(self, cut, answer):
        delegation = self.delegations[cut]
        answer.is_authoritative = bool(answer.answer)
        answer.authority.append(delegation.ns)
        answer.additional += delegation.glue
        if self.signer and delegation.in_referral != "unsaid":
            if delegation.ds:
                answer.proofs.append(self.ds(cut) if delegation.in_referral == "sound" else self.ds(cut)._replace(signer=None))
            else:
                answer.proofs += self.no_data_proof(cut, TYPES["DS"])

    def ds(self, cut):
        return RRset(cut, TYPES["DS"], TTL, self.delegations[cut].ds, self.signer)

    def _deny(self, name, rtype, answer):
        if name in self.delegations and self.delegations[name].ds and rtype == TYPES["DS"]:
            answer.answer.append(self.ds(name))
            return
        exists = self.exists(name)
        answer.rcode = RCODES["NOERROR"] if exists else RCODES["NXDOMAIN"]
        answer.authority.append(self.soa())
        answer.proofs += self.no_data_proof(name, rtype) if exists else self.no_name_proof(name)

    def exists(self, name):
        self._make_chain()
        return name in self.records or name in self.delegations or name in self._empty_nonterminals

    # Denial. The chain is made when it is first needed: no record is added after that.

    def _make_chain(self):
        if self._chain is not None:
            return
        names = set(self.records) | set(self.delegations)
        self._empty_nonterminals = set()
        for name in names:
            at = name
            while at != self.name:
                at = wire.parent(at)
                if at not in names:
                    self._empty_nonterminals.add(at)
        if self.denial == "nsec":
            self._chain = [(_order(name), name) for name in sorted(names, key=_order)]
        else:
            if self.denial == "optout":
                names -= {name for name, delegation in self.delegations.items() if not delegation.ds}
            names |= self._empty_nonterminals
            self._chain = sorted((signing.nsec3_hash(name), name) for name in names)

    def _rtypes_at(self, name):
        if name in self.delegations:
            rtypes = {TYPES["NS"]} | ({TYPES["DS"]} if self.delegations[name].ds else set())
            return rtypes | ({TYPES["RRSIG"]} if self.delegations[name].ds or self.denial == "nsec" else set())
        rtypes = set(self.records.get(name, ()))
        return rtypes | ({TYPES["RRSIG"]} if rtypes else set())

    def _link(self, place):
        """The NSEC or NSEC3 record at one place of the chain."""
        key, name = self._chain[place]
        following, next_name = self._chain[(place + 1) % len(self._chain)]
        bitmap = wire.type_bitmap(self._rtypes_at(name) | ({TYPES["NSEC"]} if self.denial == "nsec" else set()))
        if self.denial == "nsec":
            return RRset(name, TYPES["NSEC"], TTL, (wire.name_wire(next_name) + bitmap,), self.signer)
        flags = _NSEC3_OPT_OUT if self.denial == "optout" else 0
        owner = signing.base32hex(key) + ("." + self.name if self.name else "")
        rdata = bytes([_NSEC3_SHA1, flags, 0, 0, 0, len(following)]) + following + bitmap
        return RRset(owner, TYPES["NSEC3"], TTL, (rdata,), self.signer)

    def _link_at_or_before(self, name):
        """The chain's record that matches a name or covers it, and whether it matches."""
        key = _order(name) if self.denial == "nsec" else signing.nsec3_hash(name)
        place = bisect.bisect_right(self._chain, key, key=lambda link: link[0]) - 1
        return self._link(place), self._chain[place][0] == key

    def chain(self):
        """Every NSEC or NSEC3 record. REQUIRES: the zone is signed."""
        self._make_chain()
        return [self._link(place) for place in range(len(self._chain))]

    def no_data_proof(self, name, rtype):
        """The denial of a type at a name that exists."""
        if not self.signer:
            return []
        self._make_chain()
        link, matches = self._link_at_or_before(name)
        if matches or self.denial == "nsec":
            return [link]
        # Opt-out left the name out of the chain: the closest encloser that is in it, and the next closer name.
        encloser, next_closer = self._closest_encloser(name)
        return _without_repeats([self._link_at_or_before(encloser)[0], self._link_at_or_before(next_closer)[0]])

    def no_name_proof(self, name):
        """The denial of a name and of the wildcard that would stand for it."""
        if not self.signer:
            return []
        self._make_chain()
        encloser, next_closer = self._closest_encloser(name)
        denied = [name] if self.denial == "nsec" else [encloser, next_closer]
        wildcard = "*." + encloser if encloser else "*"
        return _without_repeats([self._link_at_or_before(each)[0] for each in [*denied, wildcard]])

    def _closest_encloser(self, name):
        in_chain = self.exists if self.denial == "nsec" else (lambda at: self._link_at_or_before(at)[1])
        below = name
        while True:
            at = wire.parent(below)
            if at == self.name or in_chain(at):
                return at, below
            below = at


def _without_repeats(rrsets):
    return list(dict.fromkeys(rrsets))


def synthesized(dname, name):
    """The CNAME that a DNAME makes of a name below its owner. It needs no signature."""
    target = target_of(dname)
    prefix = name[:-len(dname.owner)]
    return RRset(name, TYPES["CNAME"], TTL, (wire.name_wire(prefix + target),))


def target_of(alias):
    """The name in the RDATA of a CNAME or DNAME."""
    octets, at, parts = alias.rdatas[0], 0, []
    while octets[at]:
        parts.append(octets[at + 1:at + 1 + octets[at]].decode("latin-1"))
        at += 1 + octets[at]
    return ".".join(parts)
