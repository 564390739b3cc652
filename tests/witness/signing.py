"""Keys, signatures and hashes of DNSSEC, with ECDSA P-256 (algorithm 13) alone.

Zones that play the same part in different worlds share a key: making and naming keys would cost more than all else.
Their DS records differ all the same, since a digest covers the owner's name.
"""

import functools
import hashlib
import struct
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

import wire

ALGORITHM, DIGEST_SHA256 = 13, 2
_CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_FLAGS_SEP = 257
_VALIDITY_S, _INCEPTION_AGO_S = 30 * 86400, 3600
_BASE32HEX = "0123456789abcdefghijklmnopqrstuv"


class Key:
    """A key that is both KSK and ZSK. The same text makes the same key."""

    def __init__(self, text):
        number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") % (_CURVE_ORDER - 1) + 1
        self._private = ec.derive_private_key(number, ec.SECP256R1())
        public = self._private.public_key().public_numbers()
        self.dnskey = (struct.pack("!HBB", _FLAGS_SEP, 3, ALGORITHM) + public.x.to_bytes(32, "big")
                       + public.y.to_bytes(32, "big"))
        self.tag = _key_tag(self.dnskey)

    def sign(self, octets):
        r, s = decode_dss_signature(self._private.sign(octets, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def ds(self, zone):
        """RDATA of the zone's DS."""
        return struct.pack("!HBB", self.tag, ALGORITHM, DIGEST_SHA256) + hashlib.sha256(
            wire.name_wire(zone) + self.dnskey).digest()


def _key_tag(rdata):
    total = sum(octet << 8 if not place & 1 else octet for place, octet in enumerate(rdata))
    return (total + (total >> 16)) & 0xFFFF


@functools.lru_cache(maxsize=None)
def key_of(role):
    return Key(role)


class Signer:
    """Signs one zone's records, each set once. `delay_s`: how long after now the signatures begin, None for an hour ago."""

    def __init__(self, zone, role, delay_s=None):
        self.zone = zone
        self.key = key_of(role)
        now = int(time.time())
        self._inception = now - _INCEPTION_AGO_S if delay_s is None else now + delay_s
        self._signed = {}

    def rrsig(self, rrset, original_ttl):
        """RDATA of the signature over a set. Its TTL may be odd: what is signed is `original_ttl`."""
        key = (rrset.owner, rrset.rtype, rrset.rdatas, original_ttl)
        if key not in self._signed:
            self._signed[key] = self._sign(rrset, original_ttl)
        return self._signed[key]

    def _sign(self, rrset, ttl):
        head = struct.pack("!HBBIIIH", rrset.rtype, ALGORITHM, wire.labels(rrset.owner), ttl,
                           self._inception + _VALIDITY_S, self._inception, self.key.tag) + wire.name_wire(self.zone)
        owner = wire.name_wire(rrset.owner) + struct.pack("!HHI", rrset.rtype, 1, ttl)
        records = b"".join(owner + struct.pack("!H", len(rdata)) + rdata for rdata in sorted(set(rrset.rdatas)))
        return head + self.key.sign(head + records)


@functools.lru_cache(maxsize=100_000)
def nsec3_hash(name):
    """The hash of RFC 5155 without salt and further iterations, as RFC 9276 recommends."""
    return hashlib.sha1(wire.name_wire(name)).digest()


def base32hex(octets):
    number = int.from_bytes(octets, "big")
    return "".join(_BASE32HEX[number >> shift & 31] for shift in range(155, -1, -5))
