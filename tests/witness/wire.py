"""DNS messages as octets: the query that came, and the answer that goes back.

Names are text in lower case without the final dot; the root is "". Labels hold no dots and no escapes. RDATA is octets.
"""

import functools
import ipaddress
import struct
import typing

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "TXT": 16, "AAAA": 28, "DNAME": 39, "DS": 43, "RRSIG": 46, "NSEC": 47,
         "DNSKEY": 48, "NSEC3": 50, "CAA": 257}
RCODES = {"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5, "YXDOMAIN": 6, "NOTAUTH": 9}
FLAG_QR, FLAG_AA, FLAG_TC, FLAG_RD, FLAG_RA, FLAG_AD, FLAG_CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010
_OPT, _DO, _CLASS_IN, _NO_EDNS_SIZE, _OUR_SIZE = 41, 0x8000, 1, 512, 1232
_HIGHEST_OFFSET = 0x3FFF


class Query(typing.NamedTuple):
    """One question. `question` is its section as it came, in the letters that came."""
    id: int
    flags: int
    name: str
    rtype: int
    question: bytes
    has_capitals: bool
    has_edns: bool
    wants_dnssec: bool
    size: int  # The longest answer that the asker takes over UDP.


class RRset(typing.NamedTuple):
    """Records of one owner and type. `signer` is the zone that signs them, None where nobody does (glue, delegations)."""
    owner: str
    rtype: int
    ttl: int
    rdatas: tuple
    signer: typing.Any = None


@functools.lru_cache(maxsize=100_000)
def name_wire(name):
    """A name in wire format, not compressed."""
    return b"".join(bytes([len(label)]) + label.encode("latin-1") for label in name.split(".") if label) + b"\0"


def labels(name):
    """How many labels a name has; the root has none."""
    return name.count(".") + 1 if name else 0


def parent(name):
    return name.partition(".")[2]


def is_at_or_below(name, ancestor):
    return name == ancestor or not ancestor or name.endswith("." + ancestor)


def read_query(wire):
    """The query in these octets, or None where they hold none."""
    try:
        return None if wire[2] & 0x80 else _read_query(wire)
    except (IndexError, struct.error):
        return None


def _read_query(wire):
    number, flags, _, _, _, additional = struct.unpack("!HHHHHH", wire[:12])
    at, parts = 12, []
    while wire[at]:
        parts.append(wire[at + 1:at + 1 + wire[at]])
        at += 1 + wire[at]
    spelled = b".".join(parts).decode("latin-1")
    rtype, = struct.unpack("!H", wire[at + 1:at + 3])
    end = at + 5
    size, has_edns, wants_dnssec = _NO_EDNS_SIZE, False, False
    if additional and len(wire) >= end + 11 and wire[end + 1:end + 3] == b"\0" + bytes([_OPT]):
        size, _, flags_of_edns = struct.unpack("!HHH", wire[end + 3:end + 9])
        has_edns, wants_dnssec = True, bool(flags_of_edns & _DO)
    name = spelled.lower()
    return Query(number, flags, name, rtype, wire[12:end], name != spelled, has_edns, wants_dnssec, max(size, _NO_EDNS_SIZE))


def _append_owner(out, name, offsets):
    while name:
        if name in offsets:
            out += struct.pack("!H", 0xC000 | offsets[name])
            return
        if len(out) <= _HIGHEST_OFFSET:
            offsets[name] = len(out)
        label, _, name = name.partition(".")
        out.append(len(label))
        out += label.encode("latin-1")
    out.append(0)


def _append_rrset(out, rrset, offsets):
    for rdata in rrset.rdatas:
        _append_owner(out, rrset.owner, offsets)
        out += struct.pack("!HHIH", rrset.rtype, _CLASS_IN, rrset.ttl, len(rdata))
        out += rdata
    return len(rrset.rdatas)


def _offsets_of_question(name):
    offsets, at = {}, 12
    while name:
        offsets[name] = at
        label, _, name = name.partition(".")
        at += 1 + len(label)
    return offsets


def write_answer(query, rcode, flags, sections, has_edns, question=None):
    """A response to the query: flags besides QR, the three sections as lists of RRset. `question` replaces the copied one."""
    out = bytearray(12)
    out += query.question if question is None else question
    offsets = _offsets_of_question(query.name)
    counts = [sum(_append_rrset(out, rrset, offsets) for rrset in section) for section in sections]
    if has_edns:
        out += b"\0" + struct.pack("!HHIH", _OPT, _OUR_SIZE, _DO if query.wants_dnssec else 0, 0)
        counts[2] += 1
    struct.pack_into("!HHHHHH", out, 0, query.id, FLAG_QR | (query.flags & FLAG_RD) | flags | rcode, 1, *counts)
    return bytes(out)


def caa_rdata(text):
    """RDATA of CAA in zone-file syntax: flags tag "value"."""
    flags, tag, value = text.split(None, 2)
    return bytes([int(flags), len(tag)]) + tag.encode() + value.strip('"').encode()


def rdata(rtype, text):
    """RDATA of the types that worlds hold, from zone-file syntax with absolute names."""
    if rtype == "CAA":
        return caa_rdata(text)
    if rtype in ("A", "AAAA"):
        return ipaddress.ip_address(text).packed
    if rtype == "TXT":
        return bytes([len(text)]) + text.encode()
    return name_wire(text)


def soa_rdata(zone, minimum):
    mname, rname = (name_wire(f"{label}.{zone}" if zone else label) for label in ("ns1", "hostmaster"))
    return mname + rname + struct.pack("!IIIII", 1, 3600, 600, 86400, minimum)


def type_bitmap(rtypes):
    """The type bit maps of NSEC and NSEC3 (RFC 4034 section 4.1.2)."""
    out = b""
    for window in sorted({rtype >> 8 for rtype in rtypes}):
        bits = bytearray(32)
        for rtype in rtypes:
            if rtype >> 8 == window:
                bits[(rtype & 0xFF) >> 3] |= 0x80 >> (rtype & 7)
        used = bytes(bits).rstrip(b"\0")
        out += bytes([window, len(used)]) + used
    return out
