#!/usr/bin/python3
"""Servers answer as a world's description says: every part of an odd answer shows in the message, and sound answers validate.
Nothing is sent here: dnspython reads what a machine writes."""

import pathlib
import sys
import typing
import unittest

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
import wire
from internet import Internet, addresses_of
from oddities import PARTS

NAME = "www.zone.a"
CHILD = "www.child.zone.a"


def _world(parts, denial="nsec", name=NAME, **oddity):
    zones = [("a", "tld_a", "a1"), ("b", "tld_b", "b1"), ("other.b", "other", "o1"), ("zone.a", "zone", "z1"), ("child.zone.a", "child", "c1")]
    records = {"other.b": [["own.other.b", "CAA", '0 issue "ca.example"'], ["www.other.b", "A", "192.0.2.1"]],
               "zone.a": [["www.zone.a", "A", "192.0.2.1"], ["own.zone.a", "CAA", '0 issue "ca.example"']]}
    odd = {"server": "z1", "zone": "zone", "name": name, "types": "caa", "transport": "both", "case": "any", "parts": parts, **oddity}
    return {"zones": [{"name": zone, "role": role, "denial": denial, "hosts": {f"ns1.{zone}": machine}, "records": records.get(zone, [])}
                      for zone, role, machine in zones], "odd": [odd] if parts else [], "asked": [name]}


def _ask(world, name, rtype="CAA", machine="z1", over_tcp=False, dnssec=True):
    """The answer as dnspython reads it, None for silence. The world is number 7 of a batch."""
    query = dns.message.make_query(_placed(name), rtype, want_dnssec=dnssec, use_edns=0)
    address = addresses_of(world, 7)[machine].v4
    octets = Internet([_world({})] * 7 + [world]).machine_at(address).reply(wire.read_query(query.to_wire()), over_tcp)
    return octets and dns.message.from_wire(octets)


def _placed(name):
    return name + "7."


def _sets(section):
    """(owner, type) of a section's sets besides signatures, as in the world's description."""
    return {(rrset.name.to_text().rstrip(".").removesuffix("7"), dns.rdatatype.to_text(rrset.rdtype)) for rrset in section
            if rrset.rdtype != dns.rdatatype.RRSIG}


class Row(typing.NamedTuple):
    """One value of a part, and what must be true of the answer for `name`."""
    part: str
    value: str
    holds: typing.Callable
    name: str = NAME


def _authority(owner, rtype):
    return lambda answer: {each for each in _sets(answer.authority) if each[1] in ("SOA", "NS")} == {(owner, rtype)}


ROWS = [
    Row("answer", "empty", lambda answer: not answer.answer),
    Row("answer", "caa_permit", lambda answer: "letsencrypt.org" in str(answer.answer)),
    Row("answer", "caa_deny", lambda answer: "odd-ca.example" in str(answer.answer)),
    Row("answer", "other_types", lambda answer: _sets(answer.answer) == {(NAME, "A")}),
    Row("answer", "cname_away", lambda answer: _sets(answer.answer) == {(NAME, "CNAME")} and "own.other.b7." in str(answer.answer)),
    Row("answer", "cname_away_empty", lambda answer: "www.other.b7." in str(answer.answer)),
    Row("answer", "cname_away_full", lambda answer: _sets(answer.answer) == {(NAME, "CNAME"), ("own.other.b", "CAA")}),
    Row("answer", "cname_dangling", lambda answer: "nx.other.b7." in str(answer.answer)),
    Row("answer", "cname_inside", lambda answer: "inside.zone.a7." in str(answer.answer)),
    Row("answer", "cname_loop", lambda answer: answer.answer[0][0].target.to_text() == "www.zone.a7."),
    Row("answer", "dname_away", lambda answer: _sets(answer.answer) == {("zone.a", "DNAME"), (NAME, "CNAME")}),
    Row("answer", "caa_elsewhere", lambda answer: _sets(answer.answer) == {("elsewhere.zone.a", "CAA")}),
    Row("answer", "caa_and_cname", lambda answer: _sets(answer.answer) == {(NAME, "CAA"), (NAME, "CNAME")}),
    *(Row("rcode", rcode, lambda answer, rcode=rcode: answer.rcode() == dns.rcode.from_text(rcode)) for rcode in PARTS["rcode"]),
    Row("authority", "none", lambda answer: not {each for each in _sets(answer.authority) if each[1] in ("SOA", "NS")}),
    Row("authority", "soa_zone", _authority("zone.a", "SOA")),
    Row("authority", "soa_parent", _authority("a", "SOA")),
    Row("authority", "soa_child", _authority(NAME, "SOA")),
    Row("authority", "soa_child", _authority("child.zone.a", "SOA"), CHILD),
    Row("authority", "soa_sibling", _authority("other.b", "SOA")),
    Row("authority", "soa_root", _authority("", "SOA")),
    Row("authority", "plus_soa", lambda answer: {("zone.a", "SOA"), ("child.zone.a", "NS")} <= _sets(answer.authority), CHILD),
    Row("authority", "ns_zone", _authority("zone.a", "NS")),
    Row("authority", "ns_zone_and_soa", lambda answer: {("zone.a", "SOA"), ("zone.a", "NS")} <= _sets(answer.authority)),
    Row("authority", "ns_parent", _authority("a", "NS")),
    Row("authority", "ns_child", _authority(NAME, "NS")),
    Row("authority", "ns_sibling", _authority("other.b", "NS")),
    Row("authority", "ns_root", _authority("", "NS")),
    Row("proofs", "none", lambda answer: "NSEC" not in {rtype for _, rtype in _sets(answer.authority)}),
    Row("proofs", "part_missing", lambda answer: "NSEC" not in {rtype for _, rtype in _sets(answer.authority)}),
    Row("proofs", "of_sibling", lambda answer: ("other.b", "NSEC") in _sets(answer.authority)),
    Row("proofs", "unsigned", lambda answer: _sets(answer.authority) == {("zone.a", "SOA"), (NAME, "NSEC")} and len(answer.authority) == 2),
    Row("proofs", "invalid", lambda answer: not _validates(answer)),
    Row("aa", "0", lambda answer: not answer.flags & dns.flags.AA),
    Row("aa", "1", lambda answer: answer.flags & dns.flags.AA, CHILD),
    Row("ra", "1", lambda answer: answer.flags & dns.flags.RA),
    Row("tc", "1", lambda answer: answer.flags & dns.flags.TC),
    Row("edns", "absent", lambda answer: answer.edns == -1),
    Row("ttl", "top_bit", lambda answer: False),  # dnspython reads such a TTL as 0: see below.
    Row("echo", "lower", lambda answer: answer.question[0].name.to_text() == "www.zone.a7."),
    Row("silence", "yes", lambda answer: answer is None),
]


def _validates(answer):
    """Whether the signatures over the authority section's sets are valid."""
    keys = {}
    for rrset in (*answer.answer, *answer.authority):
        if rrset.rdtype in (dns.rdatatype.RRSIG, dns.rdatatype.NS):
            continue
        section = answer.answer if rrset in answer.answer else answer.authority
        signatures = [each for each in section if each.name == rrset.name and each.rdtype == dns.rdatatype.RRSIG
                      and each.covers == rrset.rdtype]
        if not signatures:
            return False
        signer = signatures[0][0].signer
        if signer not in keys:
            zone = signer.to_text().rstrip(".").removesuffix("7")
            keys[signer] = _ask(_world({}, _denial_of(answer)), zone, "DNSKEY", {"a": "a1", "zone.a": "z1"}[zone]).answer[0]
        try:
            dns.dnssec.validate(rrset, signatures[0], keys)
        except dns.dnssec.ValidationFailure:
            return False
    return True


def _denial_of(answer):
    return "nsec3" if "NSEC3" in str(answer) else "nsec"


class OdditiesTest(unittest.TestCase):

    def test_every_value_has_a_row(self):
        values = {(part, value) for part, listed in PARTS.items() for value in listed}
        self.assertEqual(values, {(row.part, row.value) for row in ROWS})

    def test_rows(self):
        for row in ROWS:
            with self.subTest(f"{row.part} {row.value}"):
                answer = _ask(_world({row.part: row.value}, name=row.name), row.name)
                sound = _ask(_world({}), row.name)
                if row.value == "top_bit":
                    self.assertEqual({rrset.ttl for rrset in answer.authority}, {0})
                    self.assertEqual({rrset.ttl for rrset in sound.authority}, {300})
                else:
                    self.assertTrue(row.holds(answer), f"{answer}")

    def test_an_oddity_hits_only_its_queries(self):
        refused = {"rcode": "REFUSED"}
        for world, name, rtype, over_tcp, hit in (
                (_world(refused), NAME, "CAA", False, True), (_world(refused), NAME, "A", False, False),
                (_world(refused, types="all"), NAME, "A", False, True), (_world(refused), "own.zone.a", "CAA", False, False),
                (_world(refused, name="*"), "own.zone.a", "CAA", False, True),
                (_world(refused, transport="udp"), NAME, "CAA", True, False), (_world(refused, transport="tcp"), NAME, "CAA", True, True),
                (_world(refused, case="capitals"), NAME, "CAA", False, False),
                (_world(refused, case="capitals"), "WWW.zone.a", "CAA", False, True)):
            with self.subTest(f"{world['odd'][0]} {name} {rtype}"):
                self.assertEqual(_ask(world, name, rtype, over_tcp=over_tcp).rcode() == dns.rcode.REFUSED, hit)

    def test_over_udp_it_truncates_what_is_odd_over_tcp(self):
        answer = _ask(_world({"rcode": "REFUSED"}, transport="tcp"), NAME)
        self.assertTrue(answer.flags & dns.flags.TC)
        self.assertEqual(answer.answer, [])

    def test_sound_answers_validate(self):
        for denial in ("nsec", "nsec3"):
            for name, rtype in ((NAME, "CAA"), (NAME, "A"), ("nx.zone.a", "CAA"), ("own.zone.a", "CAA"), ("zone.a", "SOA"), ("zone.a", "DNSKEY")):
                with self.subTest(f"{denial} {name} {rtype}"):
                    answer = _ask(_world({}, denial), name, rtype)
                    self.assertTrue(answer.flags & dns.flags.AA)
                    self.assertTrue(_validates(answer), f"{answer}")

    def test_without_do_there_is_no_dnssec(self):
        self.assertEqual(_sets(_ask(_world({}), NAME, dnssec=False).authority), {("zone.a", "SOA")})


if __name__ == "__main__":
    unittest.main()
