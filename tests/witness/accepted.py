"""Failures of caascan that are right although all three witnesses answer: accepted.tsv's kinds, as predicates over a world.

A kind is accepted where a part of the world is what its predicate says and the complaint is a false accusation. Nothing ever
makes a wrong permit acceptable.
"""

import pathlib

from judge import FALSE_ACCUSATION

TABLE = pathlib.Path(__file__).resolve().parent / "accepted.tsv"


def _some_oddity(holds):
    return lambda world: any(holds(oddity["parts"]) for oddity in world["odd"])


# Each kind of accepted.tsv. REQUIRES: a name here for each row there, and the reverse; judge_test.py checks it.
PREDICATES = {
}


def kinds():
    """{kind: (RFC section, reason)} of accepted.tsv."""
    rows = [line.split("\t") for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return {kind: (section, reason) for kind, section, reason in rows}


def accepted_as(complaint, world):
    """The kind under which a complaint is accepted, or None."""
    if complaint.kind != FALSE_ACCUSATION:
        return None
    return next((kind for kind in kinds() if PREDICATES[kind](world)), None)
