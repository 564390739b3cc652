#!/usr/bin/python3
"""The judge complains where it must, and only there: a table of what caascan and the witnesses said. Nothing is asked here."""

import pathlib
import sys
import typing
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
import accepted
import judge
import shrink
import worlds
from batch import Seen
from judge import DIFFERENT_RECORDS, FALSE_ACCUSATION, WRONG_BLAME, WRONG_PERMIT
from wire import caa_rdata
from witnesses import NAMES, Climb

NAME = "www.zone.a"
PERMITS, DENIES, OTHER = (frozenset([caa_rdata(text)]) for text in (
    '0 issue "letsencrypt.org"', '0 issue "ca.example"', '0 issue "other.example"'))
FAILS, EMPTY = "fails", frozenset()
MACHINES = {"127.16.1.1": "z1", "127.16.1.2": "z2"}


class Row(typing.NamedTuple):
    """A name, played once for each member of `witnesses`: what the three said then. `record` is caascan's each time."""
    name: str
    record: dict
    witnesses: list
    complains: tuple


def _record(outcome, reason, records=(), findings=()):
    record = {"outcome": outcome, "reason": reason, "findings": list(findings)}
    if records:
        texts = [(rdata[0], rdata[2:2 + rdata[1]].decode(), rdata[2 + rdata[1]:].decode()) for rdata in records]
        record["caa"] = {"owner": NAME, "records": [{"flags": flags, "tag": tag, "value": value} for flags, tag, value in texts]}
    return record


def _finding(code, address):
    return {"code": code, "address": address, "host": "ns.zone.a"}


def _climb(said):
    return Climb("SERVFAIL", NAME, EMPTY, ()) if said == FAILS else Climb("", NAME if said else "", said, ())


NO_CAA = _record("permit", "no_caa")
AUTHORIZED = _record("permit", "issuer_authorized", PERMITS)
DENIED = _record("deny", "issuer_not_authorized", DENIES)
BOGUS = _record("servfail", "dnssec_bogus")
LAME = _record("lame", "refused")

ROWS = [
    # Kind 1: a permission that no witness gives.
    Row("all fail", NO_CAA, [[FAILS] * 3], (WRONG_PERMIT,)),
    Row("all find records that forbid", NO_CAA, [[DENIES] * 3], (WRONG_PERMIT,)),
    Row("some fail, the others find records that forbid", NO_CAA, [[FAILS, DENIES, FAILS]], (WRONG_PERMIT,)),
    Row("one permits", NO_CAA, [[FAILS, EMPTY, FAILS]], ()),
    Row("one permits in another copy", NO_CAA, [[FAILS] * 3, [FAILS, FAILS, PERMITS]], ()),
    Row("permitted by records that a witness has too", AUTHORIZED, [[PERMITS, DENIES, DENIES]], ()),
    Row("permitted by records that the witnesses do not have", AUTHORIZED, [[DENIES] * 3], (WRONG_PERMIT, DIFFERENT_RECORDS)),
    Row("denied, where all fail", DENIED, [[FAILS] * 3], ()),
    # Kind 2: a failure where all answer.
    Row("bogus, where all answer", BOGUS, [[EMPTY, EMPTY, DENIES]], (FALSE_ACCUSATION,)),
    Row("lame, where all answer", LAME, [[PERMITS] * 3], (FALSE_ACCUSATION,)),
    Row("lame, where one fails", LAME, [[PERMITS, FAILS, PERMITS]], ()),
    Row("lame, where one fails in another copy", LAME, [[PERMITS] * 3, [PERMITS, FAILS, PERMITS]], ()),
    Row("never resolved", _record("error", "stopped"), [[PERMITS] * 3], ()),
    # Kind 3: other records.
    Row("the same records", DENIED, [[DENIES] * 3], ()),
    Row("other records", DENIED, [[OTHER] * 3], (DIFFERENT_RECORDS,)),
    Row("the records of one witness", DENIED, [[OTHER, DENIES, OTHER]], ()),
    Row("records where a witness has none", DENIED, [[OTHER, EMPTY, OTHER]], ()),
    # Kind 4: a sound server accused. z1 is sound, z2 is not.
    Row("a sound server accused", _record("permit", "no_caa", findings=[_finding("lame_refused", "127.16.1.1")]), [[EMPTY] * 3],
        (WRONG_BLAME,)),
    Row("an odd server accused", _record("permit", "no_caa", findings=[_finding("lame_refused", "127.16.1.2")]), [[EMPTY] * 3], ()),
    Row("a fact about a sound server", _record("permit", "no_caa", findings=[_finding("single_server", "127.16.1.1")]), [[EMPTY] * 3],
        ()),
    Row("a finding about a zone", _record("permit", "no_caa", findings=[{"code": "dnssec_no_dnskey", "zone": "zone.a"}]), [[EMPTY] * 3],
        ()),
]


class JudgeTest(unittest.TestCase):

    def test_rows(self):
        for row in ROWS:
            with self.subTest(row.name):
                copies = [Seen(NAME, dict(zip(NAMES, map(_climb, said))), row.record, MACHINES, number)
                          for number, said in enumerate(row.witnesses)]
                found = judge.complaints(copies, sound_machines={"z1"})
                self.assertEqual(tuple(complaint.kind for complaint in found), row.complains)

    def test_a_failure_in_few_copies_is_load(self):
        climbs = dict(zip(NAMES, map(_climb, [EMPTY] * 3)))
        copies = [Seen(NAME, climbs, record, MACHINES, 0) for record in (LAME, NO_CAA, NO_CAA)]
        self.assertEqual(judge.complaints(copies, {"z1"}), [])

    def test_decisions(self):
        for texts, expected in (([], "permit"), (['0 issue "letsencrypt.org"'], "permit"), (['0 issue ";"'], "deny"),
                                (['0 issue "letsencrypt.org; a=b"'], "permit"), (['0 iodef "mailto:a@b"'], "permit"),
                                (['0 issue "x.example"', '0 issue "letsencrypt.org"'], "permit"), (['128 tbs "x"'], "deny"),
                                (['0 ISSUE "x.example"'], "deny")):
            with self.subTest(texts):
                self.assertEqual(judge.decision(map(caa_rdata, texts)), expected)


class WorldsTest(unittest.TestCase):

    def test_a_world_depends_on_its_seed_and_number_alone(self):
        self.assertEqual(worlds.world_of("1", 7), worlds.world_of("1", 7))
        self.assertNotEqual(worlds.world_of("1", 7)["zones"], worlds.world_of("2", 7)["zones"])

    def test_machines_with_an_oddity_are_not_sound(self):
        for number in range(200):
            world = worlds.world_of("1", number)
            odd = {oddity["server"] for oddity in world["odd"] if oddity["parts"].keys() != {"answer"}}
            self.assertFalse(odd & worlds.sound_machines(world), world["origin"])

    def test_every_step_makes_a_world_that_is_another(self):
        for number in range(50):
            world = worlds.world_of("1", number)
            for step in shrink.steps(world):
                self.assertNotEqual(shrink.applied(world, [step]), world)


class AcceptedTest(unittest.TestCase):

    def test_each_kind_has_a_predicate_and_the_reverse(self):
        self.assertEqual(set(accepted.kinds()), set(accepted.PREDICATES))

    def test_nothing_makes_a_wrong_permit_acceptable(self):
        complaint = judge.Complaint(WRONG_PERMIT, NAME, "")
        for number in range(200):
            self.assertIsNone(accepted.accepted_as(complaint, worlds.world_of("1", number)))


if __name__ == "__main__":
    unittest.main()
