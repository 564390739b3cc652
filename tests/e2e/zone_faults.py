"""Ways to break a signed zone: edits of its signed file, or of the DS records that its parent will sign; signing it at another
time; a denial chain that belongs to another version of it.

An edit may hit what no question touches, or nothing at all: what comes of it, the oracles say.
"""

import datetime
import typing

from random_zones import ADDRESS_OF_A_HOST, LETSENCRYPT, NOBODY, Record, below

_CHAIN = ("NSEC", "NSEC3")
_DNSSEC = ("RRSIG", "DNSKEY", "NSEC", "NSEC3", "NSEC3PARAM")
_OTHER_ALGORITHMS = {"8": "13", "13": "15", "15": "8"}


class Fault(typing.NamedTuple):
    edit: typing.Optional[typing.Callable] = None  # (rng, zone, lines, ds) -> (lines, ds, what was hit)
    age: datetime.timedelta = datetime.timedelta()  # Of the signatures.
    other_version: typing.Optional[typing.Callable] = None  # (zone, records) -> records


def deal(internet, rng):
    """Breaks a quarter of the signed zones below the TLDs, every kind in turn."""
    signed = [zone for zone in internet.zones if zone.signing and zone.depth() >= 2]
    secure = [zone for zone in signed if zone.is_secure()]
    kinds = list(FAULTS)
    rng.shuffle(kinds)
    for number, zone in enumerate(rng.sample(secure, -(-len(signed) // 4))):
        zone.fault_kind = kinds[number % len(kinds)]


def with_denial_of(lines, other):
    """The zone's data with the NSEC or NSEC3 records of another version of it."""
    return [line for line in lines if not _is_of_chain(line)] + [line for line in other if _is_of_chain(line)]


def _is_of_chain(line):
    return line.rtype in _CHAIN or line.covers() in _CHAIN


def _base64_flipped(rng, text):
    at = rng.randrange(len(text) // 4, len(text) // 2)
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]


# Signatures: fields of RRSIG RDATA are changed in a list (RFC 4034 §3.2), or it is dropped (None).

def _signature_fault(change):
    """The signatures of one type, at one owner or at all."""
    def edit(rng, zone, lines, ds):
        covered = rng.choice(sorted({line.covers() for line in lines} - {"", "NSEC3PARAM"}))
        owners = sorted({line.owner for line in lines if line.covers() == covered})
        hit = {rng.choice(owners)} if rng.random() < 0.4 else set(owners)
        out = []
        for line in lines:
            if line.covers() == covered and line.owner in hit:
                fields = line.rdata.split()
                fields = change(rng, zone, [*fields[:8], "".join(fields[8:])])
                if fields is None:
                    continue
                line = line._replace(rdata=" ".join(fields))
            out.append(line)
        return out, ds, f"RRSIG {covered} at {'all' if len(hit) == len(owners) else min(hit)}"
    return Fault(edit)


def _field(at, changed):
    def change(rng, zone, fields):
        fields[at] = changed(rng, zone, fields[at])
        return fields
    return _signature_fault(change)


# Denial

def _edit_chain_dropped(rng, zone, lines, ds):
    owners = sorted({line.owner for line in lines if line.rtype in _CHAIN})
    hit = set(rng.sample(owners, rng.randint(1, len(owners))))
    return [line for line in lines if not (_is_of_chain(line) and line.owner in hit)], ds, f"{len(hit)} of {len(owners)}"


def _edit_bitmap(rng, zone, lines, ds):
    """CAA comes into bitmaps that lack it and goes from those that have it."""
    def changed(line):
        fields = line.rdata.split()
        types_at = 1 if line.rtype == "NSEC" else 5
        types = [rtype for rtype in fields[types_at:] if rtype != "CAA"] + ([] if "CAA" in fields[types_at:] else ["CAA"])
        return line._replace(rdata=" ".join([*fields[:types_at], *types]))
    share = rng.choice([0.3, 1])
    return [changed(line) if line.rtype in _CHAIN and rng.random() < share else line for line in lines], ds, f"share {share}"


# Data

def _edit_caa_changed(rng, zone, lines, ds):
    def changed(line):
        return line._replace(rdata=NOBODY if line.rdata != NOBODY else LETSENCRYPT) if line.rtype == "CAA" else line
    return [changed(line) for line in lines], ds, "all"


def _edit_caa_added(rng, zone, lines, ds):
    taken = {line.owner for line in lines if line.rtype in ("CAA", "CNAME", "DNAME")}
    owner = rng.choice([name for name in (zone.name, below("www", zone.name), below("own", zone.name)) if name not in taken] or
                       [below("added", zone.name)])
    return [*lines, lines[0]._replace(owner=owner, rtype="CAA", rdata=LETSENCRYPT)], ds, owner


def _edit_caa_removed(rng, zone, lines, ds):
    return [line for line in lines if "CAA" not in (line.rtype, line.covers())], ds, "all"


def _edit_name_removed(rng, zone, lines, ds):
    owner = below("www", zone.name)
    return [line for line in lines if line.owner != owner or _is_of_chain(line)], ds, owner


def _edit_alias_added(rng, zone, lines, ds):
    owners = {line.owner for line in lines}
    free = [name for name in zone.asked if not any(owner.endswith(name) for owner in owners) and name.count(".") == zone.name.count(".") + 1]
    owner = rng.choice(free or [below("added", zone.name)])
    return [*lines, lines[0]._replace(owner=owner, rtype="CNAME", rdata=below("own", zone.name) + ".")], ds, owner


# Keys, and what the parent says of them

def _lines_without(is_dropped):
    return Fault(lambda rng, zone, lines, ds: ([line for line in lines if not is_dropped(line, ds)], ds, ""))


def _is_by_ds_key(line, ds):
    return line.covers() == "DNSKEY" and line.rdata.split()[6] == ds[0].rdata.split()[0]


def _edit_key_changed(rng, zone, lines, ds):
    """The key that signs the data."""
    data_key = min(line.rdata for line in lines if line.rtype == "DNSKEY")
    fields = data_key.split()
    changed = " ".join([*fields[:3], _base64_flipped(rng, "".join(fields[3:]))])
    return [line._replace(rdata=changed) if line.rdata == data_key else line for line in lines], ds, ""


def _ds_fault(change):
    """change(fields) of every DS: key tag, algorithm, digest type, digest."""
    def edit(rng, zone, lines, ds):
        return lines, [record._replace(rdata=" ".join(change(record.rdata.split()))) for record in ds], f"{len(ds)} DS"
    return Fault(edit)


def _edit_delegations_ds_dropped(rng, zone, lines, ds):
    return [line for line in lines if "DS" not in (line.rtype, line.covers())], ds, ""


# Other versions of the zone

def _without_caa(zone, records):
    return [record for record in records if record.rtype != "CAA"] + [Record(below("once", zone.name), "A", ADDRESS_OF_A_HOST)]


def _with_more(zone, records):
    aliases = {record.owner for record in records if record.rtype == "CNAME"}
    more = [name for name in zone.asked[::2] if name not in aliases and not name.startswith(("tree.", "x.tree")) and ".tree." not in name]
    return records + [Record(name, "CAA", NOBODY) for name in more if not any(
        name == child.name or name.endswith("." + child.name) for child in zone.children)]


FAULTS = {
    "signature_dropped": _signature_fault(lambda rng, zone, fields: None),
    "signature_flipped": _field(8, lambda rng, zone, old: _base64_flipped(rng, old)),
    "expiration_edited": _field(4, lambda rng, zone, old: "20260102030405"),
    "inception_edited": _field(5, lambda rng, zone, old: "20500102030405"),
    "signer_changed": _field(7, lambda rng, zone, old: rng.choice([old.partition(".")[2], "x" + old])),
    # BIND refuses zones with fewer than the signer has.
    "labels_changed": _field(2, lambda rng, zone, old: str(int(old) + (-1 if int(old) > zone.name.count(".") + 1 else 1))),
    "original_ttl_changed": _field(3, lambda rng, zone, old: str(int(old) + 7)),
    "algorithm_changed": _field(1, lambda rng, zone, old: _OTHER_ALGORITHMS[old]),
    "signature_key_tag_changed": _field(6, lambda rng, zone, old: str(int(old) ^ 1)),
    "expired": Fault(age=datetime.timedelta(days=60)),
    "not_yet_valid": Fault(age=datetime.timedelta(days=-10)),
    "denial_dropped": Fault(_edit_chain_dropped),
    "denial_signatures_dropped": _lines_without(lambda line, ds: line.covers() in _CHAIN),
    "denial_unsigned_and_unproven": _lines_without(lambda line, ds: _is_of_chain(line)),
    "bitmap_changed": Fault(_edit_bitmap),
    "denial_without_caa": Fault(other_version=_without_caa),
    "denial_with_more": Fault(other_version=_with_more),
    "caa_changed": Fault(_edit_caa_changed),
    "caa_added": Fault(_edit_caa_added),
    "caa_removed": Fault(_edit_caa_removed),
    "name_removed": Fault(_edit_name_removed),
    "alias_added": Fault(_edit_alias_added),
    "no_dnskey": _lines_without(lambda line, ds: "DNSKEY" in (line.rtype, line.covers())),
    "unsigned": _lines_without(lambda line, ds: line.rtype in _DNSSEC),
    "keys_not_signed_by_ds_key": _lines_without(_is_by_ds_key),
    "ds_key_gone": _lines_without(lambda line, ds: line.rtype == "DNSKEY" and line.rdata.startswith("257")),
    "key_changed": Fault(_edit_key_changed),
    "ds_digest_changed": _ds_fault(lambda fields: [*fields[:3], fields[3][::-1]]),
    "ds_key_tag_changed": _ds_fault(lambda fields: [str(int(fields[0]) ^ 1), *fields[1:]]),
    "ds_algorithm_changed": _ds_fault(lambda fields: [fields[0], _OTHER_ALGORITHMS[fields[1]], *fields[2:]]),
    "delegations_ds_dropped": Fault(_edit_delegations_ds_dropped),
}
