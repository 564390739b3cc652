"""Batches of worlds: each in a process and a network namespace of its own, with fresh witnesses and one scan over all its names."""

import concurrent.futures
import ctypes
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import typing

import internet
import server
import zone_files
from scanner import Scan
from witnesses import NAMES, Witnesses

_CLONE_NEWNET = 0x40000000
# A batch holds a control for every so many worlds: a sound world of which everyone must say the same. Where a control fails the
# machine was too busy, and the batch is played again with fewer names at once.
_WORLDS_PER_CONTROL, _FEWEST_CONTROLS, _TRIES = 8, 6, 5
_MOST_AT_ONCE, _FEWEST_AT_ONCE = 48, 3
_CONTROL = {"zones": [
    {"name": "a", "role": "tld_a", "denial": "nsec", "hosts": {"ns1.a": "a1"}, "records": []},
    {"name": "b", "role": "tld_b", "denial": "none", "hosts": {"ns1.b": "b1"}, "records": []},
    {"name": "other.b", "role": "other", "denial": "none", "hosts": {"ns1.other.b": "o1"}, "records": []},
    {"name": "zone.a", "role": "zone", "denial": "nsec3", "hosts": {"ns1.zone.a": "z1"}, "records": [["zone.a", "CAA", '0 issue "ca.example"']]}],
            "odd": [], "asked": ["www.zone.a"]}


class Seen(typing.NamedTuple):
    """What came of one name: {witness: Climb}, caascan's record, {address: machine} of its world, and the world's number in the
    batch, which is at the end of every name's last label there."""
    name: str
    climbs: dict
    record: dict
    machines: dict
    number: int


def enter_namespace():
    """Runs this program again in a network namespace, as root of its own users where it is not root already."""
    if os.environ.get("CAASCAN_IN_NAMESPACE") != "1":
        os.environ["CAASCAN_IN_NAMESPACE"] = "1"
        how = ["--net"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--net"]
        os.execvp("unshare", ["unshare", *how, sys.executable, *sys.argv])


class Players:
    """Processes that play batches. REQUIRES: enter_namespace()."""

    def __init__(self, program, jobs, at_once):
        self._program, self._at_once = program, at_once
        self._pool = concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _prepare_process)

    def play(self, worlds):
        """Yields (world, [Seen, one for each name asked]) for each world, batch by batch, in order."""
        worlds = list(worlds)
        for group, results in self.batches(worlds[start:start + self._at_once] for start in range(0, len(worlds), self._at_once)):
            yield from zip(group, results)

    def batches(self, groups):
        """Plays groups of worlds at the same time; yields (group, results) in order."""
        futures = [(group, self._pool.submit(_play, group, self._program)) for group in groups]
        for group, future in futures:
            yield group, future.result()

    def close(self):
        self._pool.shutdown()


def _prepare_process():
    """Gives this process a network namespace that no other batch sees."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    server.prepare_namespace()


class _Pace:
    """How many names this process asks at once. It falls where controls fail, and rises slowly."""
    at_once = _MOST_AT_ONCE


def _play(worlds, program):
    for _ in range(_TRIES):
        results = _play_once(worlds, program)
        if results is not None:
            _Pace.at_once = min(_MOST_AT_ONCE, _Pace.at_once * 3 // 2)
            return results
        _Pace.at_once = max(_FEWEST_AT_ONCE, _Pace.at_once // 2)
    raise RuntimeError(f"controls fail even with {_Pace.at_once} names at once: the machine is too busy")


def _with_controls(worlds):
    """The worlds with controls strewn among them."""
    step = max(1, min(_WORLDS_PER_CONTROL, len(worlds) // _FEWEST_CONTROLS))
    mixed = []
    for place, world in enumerate(worlds):
        mixed += [world] if place % step else [_CONTROL, world]
    mixed += [_CONTROL] * (_FEWEST_CONTROLS - sum(world is _CONTROL for world in mixed))
    return mixed


def _play_once(worlds, program):
    """For each world a list of Seen; None where a control failed."""
    mixed = _with_controls(worlds)
    names = [[internet.renamed(name, number) for name in world["asked"]] for number, world in enumerate(mixed)]
    everything = list(dict.fromkeys(name for group in names for name in group))
    with tempfile.TemporaryDirectory(prefix="caascan-witness-") as folder:
        climbs, records = _ask(mixed, everything, pathlib.Path(folder), program)
    out = []
    for number, world in enumerate(mixed):
        if world is _CONTROL:
            if records[names[number][0]]["outcome"] != "deny" or any(climbs[witness][names[number][0]].failed for witness in NAMES):
                return None
            continue
        machines = {address: machine for machine, both in internet.addresses_of(world, number).items() for address in both}
        out.append([Seen(name, {witness: climbs[witness][placed] for witness in NAMES}, records[placed], machines, number)
                    for name, placed in zip(world["asked"], names[number])])
    return out


def _inputs(worlds, names, folder):
    """What the scan reads: (zone files, names that stand in none of them)."""
    if all(zone_files.input_of(world) == "list" for world in worlds):
        return [], names
    files, delegated = [], set()
    for world, placed in zip(worlds, internet.Internet(worlds).zones):
        more, children = zone_files.write(world, placed, folder)
        files += more
        delegated |= children
    return files, [name for name in names if name not in delegated]


def _ask(worlds, names, folder, program):
    hints, anchor = internet.write_start_files(folder)
    files, listed = _inputs(worlds, names, folder)
    service = server.Service(worlds)
    try:
        witnesses = Witnesses(folder, hints, anchor)
        try:
            scan = Scan(program, listed, files, folder, hints, anchor, _Pace.at_once)
            climbs = witnesses.climbs(names, _Pace.at_once)
            return climbs, scan.records()
        finally:
            witnesses.stop()
    finally:
        service.stop()
