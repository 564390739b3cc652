"""Makes failing worlds smaller: what is odd or more than is needed is taken away, as long as the complaint stays.

A round tries every single step of every world in one go, then all steps of a world together that worked alone. Where those
do not fail together, the first of them is taken.
"""

import copy
import functools

import judge
from worlds import sound_machines
from zone_files import input_of

_SWITCHES = {"types": "caa", "transport": "both", "case": "any"}
_ZONE_ODDITIES = ("ds", "glue", "inception_minutes", "families")
_ROUNDS, _COPIES = 6, 3


class Failing:
    """A world, which asks for one name alone, and the complaint about it."""

    def __init__(self, world, complaint):
        self.world = {**copy.deepcopy(world), "asked": [complaint.name]}
        self.complaint = complaint
        self.is_smallest = False

    def fails(self, world, results):
        """Whether a simpler world, seen in these copies, has the same complaint."""
        copies = [result[0] for result in results]
        return self.complaint in judge.complaints(copies, sound_machines(world))


def size(world):
    """How much is odd in a world."""
    return sum(1 + len(oddity["parts"]) + sum(oddity[member] != plain for member, plain in _SWITCHES.items())
               for oddity in world["odd"]) + sum(member in zone for zone in world["zones"] for member in _ZONE_ODDITIES) + (
                   input_of(world) != "list")


def explains(one, other):
    """Whether all that is odd in one failing world is odd in the other too, which has the same complaint."""
    return (one.complaint.kind, one.complaint.text) == (other.complaint.kind, other.complaint.text) and (
        input_of(one.world) in ("list", input_of(other.world))
        and _zone_oddities(one.world) <= _zone_oddities(other.world)
        and all(any(_is_part_of(small, large) for large in other.world["odd"]) for small in one.world["odd"]))


def _zone_oddities(world):
    return {(member, zone[member]) for zone in world["zones"] for member in _ZONE_ODDITIES if member in zone}


def _is_part_of(small, large):
    return small["parts"].items() <= large["parts"].items() and all(
        small[member] in (plain, large[member]) for member, plain in _SWITCHES.items())


def shrink(all_failing, play):
    """Shrinks each. `play` takes worlds and yields (world, results)."""
    for _ in range(_ROUNDS):
        left = [failing for failing in all_failing if not failing.is_smallest]
        if not left:
            return
        trials = [(failing, [step]) for failing in left for step in steps(failing.world)]
        worked = {failing: [] for failing in left}
        for (failing, step), fails in zip(trials, _try(trials, play)):
            if fails:
                worked[failing] += step
        trials = [(failing, good) for failing, good in worked.items() if len(good) > 1]
        together = dict(zip([failing for failing, _ in trials], _try(trials, play)))
        for failing, good in worked.items():
            failing.is_smallest = not good
            failing.world = applied(failing.world, good if together.get(failing) else good[:1])


def _try(trials, play):
    """For each (failing, steps): does the world that the steps lead to fail the same way?"""
    candidates = [applied(failing.world, taken) for failing, taken in trials]
    results = [result for _, result in play(world for world in candidates for _ in range(_COPIES))]
    return [failing.fails(candidate, results[place * _COPIES:(place + 1) * _COPIES])
            for place, ((failing, _), candidate) in enumerate(zip(trials, candidates))]


def applied(world, taken):
    """The world after these steps."""
    other = copy.deepcopy(world)
    for step in taken:
        step(other)
    other["odd"] = [oddity for oddity in other["odd"] if oddity and oddity["parts"]]
    other["zones"] = [zone for zone in other["zones"] if zone]
    for zone in other["zones"]:
        zone["records"] = [record for record in zone["records"] if record]
    return other


# A step is a function that changes a world in place. What it removes from a list it leaves as None, so that the places of all
# else stay.

def steps(world):
    """Single steps to a simpler world, the largest first."""
    out = [_take_list] if input_of(world) != "list" else []
    out += [functools.partial(_drop, "odd", place) for place in range(len(world["odd"]))]
    for place, oddity in enumerate(world["odd"]):
        out += [functools.partial(_drop_part, place, part) for part in oddity["parts"]]
        out += [functools.partial(_set_in_oddity, place, member, plain) for member, plain in _SWITCHES.items() if oddity[member] != plain]
    for place, zone in enumerate(world["zones"]):
        out += [functools.partial(_drop_from_zone, place, member) for member in _ZONE_ODDITIES if member in zone]
        if zone["denial"] != "none":
            out.append(functools.partial(_set_denial, place, "none"))
        if zone["denial"] not in ("none", "nsec"):
            out.append(functools.partial(_set_denial, place, "nsec"))
        if _can_go(world, zone):
            out.append(functools.partial(_drop, "zones", place))
        out += [functools.partial(_drop_host, place, host) for host, machine in zone["hosts"].items()
                if len(zone["hosts"]) > 1 and all(oddity["server"] != machine for oddity in world["odd"])]
        out += [functools.partial(_drop_record, place, number) for number, record in enumerate(zone["records"])
                if zone["role"] != "other" or record[0] == zone["name"]]
    return out


def _can_go(world, zone):
    return zone["role"] == "child" and all(oddity["zone"] != "child" for oddity in world["odd"]) and not any(
        name == zone["name"] or name.endswith("." + zone["name"]) for name in world["asked"])


def _take_list(world):
    world["input"] = "list"


def _drop(member, place, world):
    world[member][place] = None


def _drop_part(place, part, world):
    if world["odd"][place]:
        world["odd"][place]["parts"].pop(part)


def _set_in_oddity(place, member, value, world):
    if world["odd"][place]:
        world["odd"][place][member] = value


def _drop_from_zone(place, member, world):
    if world["zones"][place]:
        world["zones"][place].pop(member)


def _set_denial(place, denial, world):
    if world["zones"][place] and world["zones"][place]["denial"] != "none":
        world["zones"][place]["denial"] = denial


def _drop_host(place, host, world):
    if world["zones"][place] and len(world["zones"][place]["hosts"]) > 1:
        world["zones"][place]["hosts"].pop(host)


def _drop_record(place, number, world):
    if world["zones"][place]:
        world["zones"][place]["records"][number] = None
