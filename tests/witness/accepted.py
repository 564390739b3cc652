"""Failures of caascan that are right although all three witnesses answer: accepted.tsv's kinds, as predicates over a world.

A kind is accepted where a part of the world is what its predicate says and the complaint is a false accusation. Nothing ever
makes a wrong permit acceptable.
"""

import pathlib

from judge import FALSE_ACCUSATION

TABLE = pathlib.Path(__file__).resolve().parent / "accepted.tsv"


def _may_refer(world, oddity):
    """Whether sound answers to what the oddity hits may be referrals, which have neither AA nor a SOA."""
    below = any(zone["role"] == "child" for zone in world["zones"])
    return oddity["zone"].startswith("tld") or oddity["zone"] == "zone" and below


def _shows_no_authority(world, oddity):
    """An empty answer or NXDOMAIN with neither AA nor the zone's SOA; one that was a referral has none of them anyway."""
    parts = oddity["parts"]
    shows_servers = parts.get("authority", "ns_child").startswith("ns_")
    if "answer" not in parts and shows_servers and _may_refer(world, oddity):
        return parts.get("rcode") == "NXDOMAIN" and parts.get("aa") != "1"
    return parts.get("aa") == "0" and parts.get("authority", "soa_zone") != "soa_zone"


def _has_empty_answer_of_no_authority(world, complaint):
    """A server shows no authority in an empty answer, and caascan does not take it. What another server of the zone did may
    then be the reason."""
    return not complaint.text.startswith("servfail dnssec_bogus") and any(_shows_no_authority(world, odd) for odd in world["odd"])


# Each kind of accepted.tsv: does it explain this complaint about this world? judge_test.py checks that both list the same kinds.
PREDICATES = {
    "empty_answer_of_no_authority": _has_empty_answer_of_no_authority,
}


def kinds():
    """{kind: (RFC section, reason)} of accepted.tsv."""
    rows = [line.split("\t") for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {kind: (section, reason) for kind, section, reason in rows}


def accepted_as(complaint, world):
    """The kind under which a complaint is accepted, or None."""
    if complaint.kind != FALSE_ACCUSATION:
        return None
    return next((kind for kind in kinds() if PREDICATES[kind](world, complaint)), None)
