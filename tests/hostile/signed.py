"""A zone that is signed by its attacker: real signatures where the attack needs them, beside keys and signatures that are
only there to be tried. Its key is made of two Mersenne primes, so that nothing has to be searched for."""

import functools
import hashlib
import itertools
import struct

from world import TYPE_DNSKEY, TYPE_RRSIG, name_wire, record

RSASHA256, SHA256 = 8, 2
ZONE_KEY, PROTOCOL = 0x0101, 3  # Flags: ZONE and SEP.
P, Q, E = 2**607 - 1, 2**1279 - 1, 65537
N = P * Q
D = pow(E, -1, (P - 1) * (Q - 1))
SIZE = (N.bit_length() + 7) // 8
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo, RFC 8017 section 9.2.
BEGIN, END = 1, 2**31 - 1  # Valid from 1970 to 2038.


def dnskey(modulus):
    """The RDATA of a key."""
    exponent = E.to_bytes(3, "big")
    return struct.pack("!HBB", ZONE_KEY, PROTOCOL, RSASHA256) + bytes([len(exponent)]) + exponent + modulus


def key_tag(rdata):
    """RFC 4034 appendix B."""
    padded = rdata + b"\0" * (len(rdata) % 2)
    total = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    return (total + (total >> 16)) & 0xFFFF


KEY = dnskey(N.to_bytes(SIZE, "big"))
TAG = key_tag(KEY)


@functools.cache
def colliding_keys(count):
    """The RDATA of so many further keys with the tag of KEY: moduli of its size that are odd and of no known factors."""
    keys = []
    for number in range(count):
        noise = b"".join(hashlib.sha512(struct.pack("!IB", number, part)).digest() for part in range(SIZE // 64 + 1))
        modulus = bytearray(b"\x80" + noise[:SIZE - 2] + b"\x01")
        # The tag is a sum of words modulo 65535; this word is what is missing.
        modulus[2:4] = b"\0\0"
        modulus[2:4] = struct.pack("!H", (TAG - key_tag(dnskey(bytes(modulus)))) % 0xFFFF)
        keys.append(dnskey(bytes(modulus)))
    return keys


def ds_text(zone):
    """The RDATA of the parent's DS for KEY, in zone-file form."""
    return f"{TAG} {RSASHA256} {SHA256} {hashlib.sha256(name_wire(zone) + KEY).hexdigest()}"


def _unsigned(owner, rtype, zone):
    labels = len([label for label in owner.split(".") if label])
    return struct.pack("!HBBIIIH", rtype, RSASHA256, labels, 300, END, BEGIN, TAG) + name_wire(zone)


def rrsig(owner, rtype, rdatas, zone):
    """The RDATA of a signature by KEY over a set of TTL 300 whose names are in lower case."""
    head = _unsigned(owner, rtype, zone)
    digest = hashlib.sha256(head + b"".join(record(owner, rtype, rdata) for rdata in sorted(rdatas))).digest()
    filling = b"\xff" * (SIZE - 3 - len(SHA256_PREFIX) - len(digest))
    padded = b"\x00\x01" + filling + b"\x00" + SHA256_PREFIX + digest
    return head + pow(int.from_bytes(padded, "big"), D, N).to_bytes(SIZE, "big")


def false_rrsigs(owner, rtype, zone, size=SIZE):
    """The RDATA of signatures that name KEY's tag and are no key's, without end."""
    head = _unsigned(owner, rtype, zone)
    return (head + b"\x01" + struct.pack("!I", number) + b"\x55" * (size - 5) for number in itertools.count())


@functools.cache
def signed_keys(zone, others):
    """The records of a DNSKEY set: KEY, so many other keys of its tag, and KEY's signature over all."""
    keys = [KEY, *colliding_keys(others)]
    return [*(record(zone, TYPE_DNSKEY, key) for key in keys),
            record(zone, TYPE_RRSIG, rrsig(zone, TYPE_DNSKEY, keys, zone))]
