"""What hostile servers do, by kind. An attack is a function of a query and the Zone that it came for; it sends what it likes.

Each zone is delegated by a parent that is honest, and has addresses of its own: the first is the one that the parent names
(SILENT and FORMERR have more there), and the attack tells by the others how far a client has come.
"""

import functools
import ipaddress
import itertools
import random
import socket
import struct
import time

import signed
from world import (AA, AT_QUESTION, FORMERR, MAX_MESSAGE, NXDOMAIN, OPT, REFUSED, SERVFAIL, SOA, TC, TYPE_A, TYPE_CAA, TYPE_CNAME,
                   TYPE_DNSKEY, TYPE_NS, TYPE_NSEC, TYPE_RRSIG, TYPE_SOA, address, as_many_as_fit, caa, later, name_wire, record)

ADDRESSES = 128  # Of one zone.
MANY_SERVERS, GLUELESS, WIDE = 32, 40, 60
SLOW_S = 1.9
CHAIN, LADDER, LABELS = 17, 100, 110
GLUE, GLUE_AT = 4000, "10.64.0.0"
COLLIDING = 100
SHORT_SIGNATURE = 32
GUESSES = 20
STRAYS, STRAYS_AT_ONCE, PAUSE_S = 10_000, 100, 0.01  # No client listens so long.
HONEST_ZONE = "giant-cdn.test"  # Of the lab's internet mix.
HONEST_SERVERS = [f"127.64.0.{number}" for number in range(1, 17)]  # The first that the lab gives to its zones.


class Zone:
    """The zone number `number` of those whose addresses begin at `network`."""

    def __init__(self, kind, number, network="10.1.0.0", parent="evil"):
        self.kind, self.number = kind, number
        self.name = f"{kind}-{number}.{parent}"
        self._base = int(ipaddress.IPv4Address(network)) + ADDRESSES * number

    def address(self, at):
        return str(ipaddress.IPv4Address(self._base + at))

    def at(self, server):
        """Which of its addresses that is."""
        return int(ipaddress.IPv4Address(server)) - self._base

    def below(self, label):
        return f"{label}.{self.name}"

    def servers(self):
        """The addresses that its parent names."""
        return [self.address(at) for at in range(MANY_SERVERS if self.kind in ("silent", "formerr") else 1)]

    def target(self):
        """The name to scan."""
        if self.kind == "deep":
            return ".".join(["a"] * LABELS + [self.name])
        return self.below("a1" if self.kind in ("alias-chain", "camp") else "www")

    def parent_records(self):
        """What the parent holds of it beside NS and glue: lines of a zone file whose names are relative to the parent."""
        label = self.name.split(".", maxsplit=1)[0]
        return [f"{label} DS {signed.ds_text(self.name)}"] if self.kind in {*SIGNED, *HONEST} else []


def denial(query, zone, rcode=0):
    query.send(query.reply(flags=AA | rcode, authority=[record(zone, TYPE_SOA, SOA)]))


def alias(query, target):
    query.send(query.reply(answers=[record(AT_QUESTION, TYPE_CNAME, name_wire(target))]))


def number_of(query):
    """N of a name whose first label is aN; 1 for others."""
    digits = query.name.split(".", maxsplit=1)[0][1:]
    return int(digits) if digits.isdigit() else 1


# Referrals.

def circle(query, zone):
    query.refer(zone.below("www"), [f"ns{i}.www.{zone.name}" for i in range(GLUELESS)])


def tsuname(query, zone):
    label, other = ("a", "b") if query.name.endswith(zone.below("a")) else ("b", "a")
    if query.name.endswith(zone.below("www")):
        label, other = "www", "a"
    query.refer(zone.below(label), [f"ns.{other}.{zone.name}"])


def nxns(query, zone):
    prey = zone.below("prey")
    if query.name.endswith(prey):
        return denial(query, prey, NXDOMAIN) if zone.at(query.server) else query.refer(
            prey, [f"ns.{prey}"], [(f"ns.{prey}", zone.address(1))])
    return query.refer(zone.below("www"), [f"n{i}.{prey}" for i in range(WIDE)])


def nxns_honest(query, zone):
    query.refer(zone.below("www"), [f"n{i}-{zone.number}.{HONEST_ZONE}" for i in range(WIDE)])


def honest_glue(query, zone):
    """Servers of others are named as this zone's."""
    servers = [f"ns{i}.www.{zone.name}" for i in range(len(HONEST_SERVERS))]
    query.refer(zone.below("www"), servers, list(zip(servers, HONEST_SERVERS)))


def ladder(query, zone):
    """The server of each zone is in the next one."""
    if query.name == zone.below("www"):
        return query.refer(query.name, [f"ns.a1.{zone.name}"])
    rung = int(query.name.split(".")[-3][1:]) if query.name.count(".") > 1 else 0
    if rung < LADDER:
        return query.refer(zone.below(f"a{rung}"), [f"ns.a{rung + 1}.{zone.name}"])
    return query.send(query.reply(answers=[record(AT_QUESTION, TYPE_A, address(zone.address(1)))]))


def deep(query, zone):
    """A referral at each label of the name: the server that was asked says how many there were."""
    labels = query.name.split(".")
    known = zone.name.count(".") + 2 + zone.at(query.server)
    if known >= len(labels):
        return denial(query, query.name)
    cut = ".".join(labels[-known:])
    return query.refer(cut, [f"ns.{cut}"], [(f"ns.{cut}", zone.address(zone.at(query.server) + 1))])


def wide_glue(query, zone):
    """A referral whose glue fills the message: servers that are silent, none of them another zone's."""
    host = f"ns.www.{zone.name}"
    ns = record(zone.below("www"), TYPE_NS, name_wire(host))
    owner = b"\xc0" + bytes([12 + len(query.question) + len(ns) - len(name_wire(host))])
    query.send_long(query.reply(flags=0, authority=[ns], additional=_glue(owner, zone.number, 12 + len(query.question) + len(ns))))


@functools.cache
def _glue(owner, number, taken):
    first = int(ipaddress.IPv4Address(GLUE_AT)) + GLUE * number
    return as_many_as_fit((record(owner, TYPE_A, struct.pack("!I", first + i)) for i in range(GLUE)), taken)


def camp(query, zone):
    """Aliases that lead to referrals to many servers."""
    if query.name.endswith(f"prey.{zone.name}"):
        return denial(query, zone.name, NXDOMAIN)
    if number_of(query) < CHAIN // 2:
        return alias(query, zone.below(f"a{number_of(query) + 1}"))
    return query.refer(query.name, [f"n{i}.prey.{zone.name}" for i in range(WIDE)])


# Time.

def silent(_query, _zone):
    pass


def slow(query, zone):
    later(SLOW_S, query.send, query.reply(authority=[record(zone.name, TYPE_SOA, SOA)]))


def alias_chain(query, zone):
    if number_of(query) < CHAIN:
        return alias(query, zone.below(f"a{number_of(query) + 1}"))
    return denial(query, zone.name)


def alias_loop(query, zone):
    alias(query, zone.below("www" if query.name == zone.below("loop") else "loop"))


# TCP.

def held_open(query, _zone):
    if query.transport == "udp":
        query.send(query.reply(flags=AA | TC))


def strays(query, _zone):
    if query.transport == "udp":
        return query.send(query.reply(flags=AA | TC))
    stray = query.reply(change_id=1)
    for _ in range(STRAYS):
        for _ in range(STRAYS_AT_ONCE):
            query.send(stray)
        time.sleep(PAUSE_S)
    return None


def big_caa(query, _zone):
    query.send_long(query.reply(answers=_values(12 + len(query.question))))


@functools.cache
def _values(taken):
    return as_many_as_fit((record(AT_QUESTION, TYPE_CAA, caa(str(number), tag="x")) for number in itertools.count()), taken)


# Zones with a DS, and with signatures.

def room(query):
    """How many octets of a message with OPT are taken before its records."""
    return 12 + len(query.question) + len(OPT)


def keys_or(query, zone, others, answers=(), authority=()):
    """Sends the zone's keys, or what was made for another question."""
    if query.type == TYPE_DNSKEY:
        answers, authority = signed.signed_keys(zone.name, others), ()
    query.send_long(query.reply(answers=answers, authority=authority, additional=[OPT]))


def big_nsec(query, zone):
    """Pairs of NSEC records that have one owner, as many as a message holds, in the place of a proof."""
    keys_or(query, zone, 0, authority=_pairs(12 + len(query.question) - 4 - len(name_wire(zone.name)), room(query)))


@functools.cache
def _pairs(zone_at, taken):
    owners = (b"\4" + f"{number:04x}".encode() + b"\xc0" + bytes([zone_at]) for number in itertools.count())
    return as_many_as_fit((record(owner, TYPE_NSEC, end) for owner in owners for end in (b"\0", b"\1a\0")), taken)


@functools.cache
def _flood(name, rtype, zone, size, taken):
    """A record, and signatures that are none, as many as a message holds."""
    false = (record(AT_QUESTION, TYPE_RRSIG, each) for each in signed.false_rrsigs(name, rtype, zone, size))
    return as_many_as_fit(itertools.chain([record(AT_QUESTION, rtype, caa("letsencrypt.org"))], false), taken)


def big_rrsig(query, zone):
    """Signatures that are too short to be any."""
    keys_or(query, zone, 0, _flood(query.name, query.type, zone.name, SHORT_SIGNATURE, room(query)))


def keytrap(query, zone):
    """CVE-2023-50387: each key might have made each signature."""
    keys_or(query, zone, COLLIDING, _flood(query.name, query.type, zone.name, signed.SIZE, room(query)))


def signed_well(query, zone):
    """No attack: what the zones with a DS would say if they were honest."""
    forbids = caa(";")
    records = [record(AT_QUESTION, TYPE_CAA, forbids),
               record(AT_QUESTION, TYPE_RRSIG, signed.rrsig(query.name, TYPE_CAA, [forbids], zone.name))]
    keys_or(query, zone, COLLIDING, records)


def keytrap_at_keys(query, zone):
    """The same where the keys themselves are signed so."""
    query.send_long(query.reply(answers=_keys_flood(zone.name, room(query)), additional=[OPT]))


@functools.cache
def _keys_flood(zone, taken):
    keys = (record(AT_QUESTION, TYPE_DNSKEY, key) for key in (*signed.colliding_keys(COLLIDING), signed.KEY))
    false = (record(AT_QUESTION, TYPE_RRSIG, each) for each in signed.false_rrsigs(zone, TYPE_DNSKEY, zone))
    return as_many_as_fit(itertools.chain(keys, false), taken)


# Messages.

def flood(query, _zone):
    if query.transport == "udp":
        for guess in range(1, GUESSES):
            query.send(query.reply(change_id=guess))
    query.send(query.reply(answers=[record(AT_QUESTION, TYPE_CAA, caa(";"))]))


def bare_error(query, _zone):
    query.send(query.reply(flags=SERVFAIL, question=False))


def cut_short(query, _zone):
    whole = query.reply(answers=[record(AT_QUESTION, query.type, caa("letsencrypt.org"))])
    query.send(whole[:random.randrange(len(whole))])


def icmp(query, zone):
    if query.transport == "udp":
        query.icmp_unreachable(quoted=8)
    denial(query, zone.name)


def formerr(query, _zone):
    query.send(query.reply(flags=FORMERR))


def changing(query, zone):
    """Another answer each time."""
    random.choice([
        lambda: denial(query, zone.name), lambda: denial(query, zone.name, NXDOMAIN), lambda: query.send(query.reply(flags=REFUSED)),
        lambda: alias(query, zone.below("www2")), lambda: query.refer(zone.name, [f"ns.{zone.name}"]),
        lambda: query.send(query.reply(flags=AA | TC)), lambda: query.send(query.reply(answers=[
            record(AT_QUESTION, TYPE_CAA, caa(random.choice([";", "letsencrypt.org"])))])),
        lambda: query.send(query.reply(flags=SERVFAIL))])()


def denies_all(query, zone):
    denial(query, zone.name, NXDOMAIN)


def claims(query, zone):
    """Records about zones that are not its own."""
    mine, host = address(zone.address(0)), name_wire(f"ns.{zone.name}")
    claimed = ["", "com", "net", "evil", HONEST_ZONE]
    query.send(query.reply(
        answers=[record(AT_QUESTION, TYPE_CAA, caa(";")), *(record(each, TYPE_CAA, caa(";")) for each in claimed)],
        authority=[record(each, TYPE_NS, host) for each in claimed],
        additional=[record(f"ns.{each}", TYPE_A, mine) for each in (zone.name, "com", HONEST_ZONE)]))


def oddities(query):
    """Messages of RFC 9267 and their like, by name. What can be read of them would permit."""
    permit = caa("letsencrypt.org")
    whole = query.reply(answers=[record(AT_QUESTION, TYPE_CAA, permit)])
    answer_at = 12 + len(query.question)
    question, fixed = whole[:answer_at], struct.pack("!HHI", TYPE_CAA, 1, 300)
    counts = struct.Struct("!HHHH")

    def owner(wire):
        return question + wire + fixed + struct.pack("!H", len(permit)) + permit

    def rdlength(size, rdata=permit):
        return question + AT_QUESTION + fixed + struct.pack("!H", size) + rdata

    def counted(*of):
        return whole[:4] + counts.pack(*of) + whole[12:]

    def pointer(to):
        return struct.pack("!H", 0xC000 | to)

    def alias_to(wire):
        return question + AT_QUESTION + struct.pack("!HHIH", TYPE_CNAME, 1, 300, len(wire)) + wire

    return {
        "pointer-to-itself": owner(pointer(answer_at)),
        "pointers-in-a-circle": owner(pointer(answer_at + 2) + pointer(answer_at)),
        "pointer-loop-behind-a-label": owner(b"\1a" + pointer(answer_at)),
        "pointer-forwards": owner(pointer(answer_at + 12)),
        "pointer-beyond-the-end": owner(pointer(0x3FFF)),
        "pointer-into-the-header": owner(pointer(0)),
        "pointer-cut-in-half": question + b"\xc0",
        "pointer-to-itself-in-rdata": alias_to(pointer(answer_at + 12)),
        "label-beyond-the-end": owner(b"\x3f" + b"a" * 3),
        "label-of-a-reserved-kind": owner(b"\x40" + b"a" * 64 + b"\0"),
        "name-of-256-octets": owner((b"\x3f" + b"a" * 63) * 4 + b"\0"),
        "name-of-1000-labels": owner(b"\1a" * 1000 + b"\0"),
        "name-without-end": question + b"\1a" * 20,
        "alias-to-a-name-that-is-too-long": alias_to((b"\x3f" + b"a" * 63) * 3 + b"\x3f" + b"b" * 63 + AT_QUESTION),
        "owner-of-no-length": owner(b"\0"),
        "rdlength-too-long": rdlength(len(permit) + 1),
        "rdlength-of-65535": rdlength(MAX_MESSAGE),
        "rdlength-too-short": rdlength(len(permit) - 10),
        "rdlength-of-nothing": rdlength(0, b""),
        "tag-beyond-rdata": rdlength(3, b"\0\xff" + b"i"),
        "tag-of-no-length": rdlength(2 + len(b"x"), b"\0\0x"),
        "more-answers-than-there-are": counted(1, MAX_MESSAGE, 0, 0),
        "more-authority-than-there-is": counted(1, 1, MAX_MESSAGE, 0),
        "no-question-counted": counted(0, 1, 0, 0),
        "more-questions-than-there-are": counted(MAX_MESSAGE, 1, 0, 0),
        "no-answers-counted": counted(1, 0, 0, 0),
        "octets-of-nothing": b"",
        "header-alone": whole[:12],
    }


def odd_message(query, _zone):
    query.send(random.choice(list(oddities(query).values())))


SIGNED = {"big-nsec": big_nsec, "big-rrsig": big_rrsig, "keytrap": keytrap, "keytrap-at-keys": keytrap_at_keys}
HONEST = {"signed": signed_well}
KINDS = {
    "circle": circle, "tsuname": tsuname, "nxns": nxns, "nxns-honest": nxns_honest, "honest-glue": honest_glue, "ladder": ladder,
    "deep": deep, "wide-glue": wide_glue, "camp": camp, "silent": silent, "slow": slow, "alias-chain": alias_chain,
    "alias-loop": alias_loop, "held-open": held_open, "strays": strays, "big-caa": big_caa, "flood": flood,
    "bare-error": bare_error, "cut-short": cut_short, "icmp": icmp, "formerr": formerr, "changing": changing,
    "denies-all": denies_all, "claims": claims, "odd-message": odd_message, **SIGNED}


def zones(kinds, count):
    """So many zones, the kinds in turn."""
    return [Zone(kind, number) for number, kind in zip(range(count), itertools.cycle(kinds))]


def prepare(all_zones):
    """Makes the signatures that would be made at the first query."""
    for zone in all_zones:
        if zone.kind in {*SIGNED, *HONEST}:
            signed.signed_keys(zone.name, COLLIDING if zone.kind in ("keytrap", "signed") else 0)


def parent(all_zones):
    """The zone that delegates them, as a scenario of the lab: signed, so that their being unsigned is proven."""
    name = all_zones[0].name.split(".", maxsplit=1)[1]
    delegations = [{"zone": zone.name, "servers": [{"host": "ns", "addresses": zone.servers()}]} for zone in all_zones]
    records = [line for zone in all_zones for line in zone.parent_records()]
    return {"zones": [{"zone": name, "dnssec": True, "records": records}, *delegations]}


def handler(all_zones):
    """For a World that has all addresses of the zones."""
    first = int(ipaddress.IPv4Address(all_zones[0].address(0)))

    def handle(query):
        number = (struct.unpack("!I", socket.inet_aton(query.server))[0] - first) // ADDRESSES
        if number < len(all_zones):
            {**KINDS, **HONEST}[all_zones[number].kind](query, all_zones[number])
    return handle
