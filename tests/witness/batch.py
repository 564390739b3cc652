"""One batch: worlds side by side, fresh witnesses and one scan over all their names."""

import pathlib
import tempfile
import typing

import internet
from scanner import Scan
from server import Service
from witnesses import NAMES, Witnesses


class Seen(typing.NamedTuple):
    """What came of one name: {witness: Climb}, caascan's record, and {address in text: machine} of its world."""
    name: str
    climbs: dict
    record: dict
    machines: dict


def play(worlds, program):
    """For each world a list of Seen, one for each name asked, with its names as they are in the world's description."""
    names = [[internet.renamed(name, number) for name in world["asked"]] for number, world in enumerate(worlds)]
    everything = list(dict.fromkeys(name for group in names for name in group))
    with tempfile.TemporaryDirectory(prefix="caascan-witness-") as folder:
        climbs, records = _ask(worlds, everything, pathlib.Path(folder), program)
    out = []
    for number, world in enumerate(worlds):
        machines = {address: machine for machine, both in internet.addresses_of(world, number).items() for address in both}
        out.append([Seen(name, {witness: climbs[witness][placed] for witness in NAMES}, records[placed], machines)
                    for name, placed in zip(world["asked"], names[number])])
    return out


def _ask(worlds, names, folder, program):
    hints, anchor = internet.write_start_files(folder)
    service = Service(worlds)
    try:
        witnesses = Witnesses(folder, hints, anchor)
        try:
            scan = Scan(program, names, folder, hints, anchor)
            climbs = witnesses.climbs(names)
            return climbs, scan.records()
        finally:
            witnesses.stop()
    finally:
        service.stop()
