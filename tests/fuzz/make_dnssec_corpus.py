"""Makes the corpora of the DNSSEC fuzz targets, and lab_keys.h, from what the lab's servers really send:

  CAASCAN_BUILD_DIR=build python3 tests/fuzz/make_dnssec_corpus.py  # in a network namespace with its lo up

The lab's keys are new at each run, so all of it is made at once. Signatures hold for a month; lab_keys.h has the time."""

import base64
import pathlib
import shutil
import socket
import struct
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import harness  # noqa: E402
from lab import Lab  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SCENARIO = str(harness.SOURCE / "datasets" / "lab" / "dnssec.json")
PORT = 5300
TYPE_DS, TYPE_RRSIG, TYPE_NSEC, TYPE_DNSKEY, TYPE_NSEC3, TYPE_CAA = 43, 46, 47, 48, 50, 257
KINDS = [TYPE_DNSKEY, TYPE_DS, TYPE_RRSIG, TYPE_NSEC, TYPE_NSEC3]  # dnssec_rdata_fuzz.cc has the same order.
RSA, ECDSA, ED25519 = 8, 13, 15
# The zones whose messages are judged (dnssec_judge_fuzz.cc), with an address that serves them.
CHILDREN = ["rsa-nsec.test", "ecdsa-nsec3.test", "ed25519-nsec3.test", "ecdsa-minimal.test"]
NAMES = ["", "www.", "nothing.", "mail.", "b.ent.", "ent.", "any.wild.", "any.wildplain.", "alias.", "x.d.", "x.e.", "e."]
TLDS = {".": "127.0.1.1", "test": "127.0.2.9", "org": "127.0.2.11"}
CUTS = ["rsa-nsec.test", "ecdsa-nsec3.test", "unsigned.test", "island.test", "unsupported-algorithm.test", "nothing.test"]


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".") if label) + b"\0"


def ask(address, text, qtype):
    """The response over TCP, with DO."""
    query = struct.pack("!HHHHHH", 0x5EED, 0, 1, 0, 0, 1) + name(text) + struct.pack("!HH", qtype, 1)
    query += b"\0" + struct.pack("!HHIH", 41, 1232, 0x8000, 0)
    with socket.create_connection((address, PORT), timeout=5) as channel:
        channel.sendall(struct.pack("!H", len(query)) + query)
        stream = channel.makefile("rb")
        return stream.read(struct.unpack("!H", stream.read(2))[0])


def skip_name(wire, at):
    while wire[at] != 0:
        if wire[at] >= 0xC0:
            return at + 2
        at += 1 + wire[at]
    return at + 1


def rdatas(wire):
    """(type, RDATA) of every record."""
    counts = struct.unpack("!HHH", wire[6:12])
    at = skip_name(wire, 12) + 4
    for _ in range(sum(counts)):
        at = skip_name(wire, at)
        rtype, _, _, size = struct.unpack("!HHIH", wire[at:at + 10])
        at += 10
        yield rtype, wire[at:at + size]
        at += size


class Corpus:

    def __init__(self, target):
        self.folder = HERE / "corpus" / target
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.seen = set()

    def add(self, title, data):
        if data not in self.seen:
            self.seen.add(data)
            (self.folder / title.strip(".").replace(".", "_")).write_bytes(data)


def messages(servers):
    """(title, message) of all that is judged."""
    for child in CHILDREN:
        for label in NAMES:
            yield f"{child}_{label}caa", ask(servers[child], label + child, TYPE_CAA)
        yield f"{child}_dnskey", ask(servers[child], child, TYPE_DNSKEY)
    for tld, address in TLDS.items():
        yield f"{tld}_dnskey", ask(address, tld, TYPE_DNSKEY)
        yield f"{tld}_caa", ask(address, tld, TYPE_CAA)
    for cut in CUTS:
        yield f"{cut}_referral", ask(TLDS["test"], "www." + cut, TYPE_CAA)
        yield f"{cut}_ds", ask(TLDS["test"], cut, TYPE_DS)
    yield "org_nothing", ask(TLDS["org"], "nothing.org", TYPE_CAA)
    yield "test_from_root", ask(TLDS["."], "test", TYPE_DS)


def write_keys(keys, anchor):
    def literal(data):
        digits = data.hex()
        return "\n".join(f'    "{digits[at:at + 96]}"' for at in range(0, len(digits), 96))

    text = "// Made by make_dnssec_corpus.py. The keys of the lab that signed the corpora, and its time then.\n#pragma once\n\n"
    text += "#include <cstdint>\n\nnamespace caascan::dnssec {\n\n"
    text += f"constexpr uint32_t kLabNow = {int(time.time())};\n"
    for title, key in (("RsaDnskey", keys[RSA]), ("EcdsaDnskey", keys[ECDSA]), ("Ed25519Dnskey", keys[ED25519]),
                       ("RootDs", anchor)):
        text += f"constexpr char kLab{title}[] =\n{literal(key)};\n"
    (HERE / "lab_keys.h").write_text(text + "\n}  // namespace caascan::dnssec\n")


def signature_input(message, keys):
    """Inputs of public_key_fuzz: a DNSKEY and a signature by it, each with its size in front, then octets to check."""
    for rtype, rdata in rdatas(message):
        if rtype == TYPE_RRSIG and rdata[2] in keys:
            signature = rdata[skip_name(rdata, 18):]
            for part in (keys[rdata[2]], signature):
                yield part
            return


def make(lab):
    judge, rdata_corpus, key_corpus = Corpus("dnssec_judge"), Corpus("dnssec_rdata"), Corpus("public_key")
    servers = {child: address_of(child) for child in CHILDREN}
    keys, kept = {}, {}
    for title, message in messages(servers):
        judge.add(title, message)
        for rtype, rdata in rdatas(message):
            if rtype == TYPE_DNSKEY:
                keys[rdata[3]] = rdata
            if rtype in KINDS and kept.setdefault(rtype, 0) < 12:
                rdata_corpus.add(f"{rtype}_{kept[rtype]}", bytes([KINDS.index(rtype)]) + rdata)
                if rtype == TYPE_NSEC:
                    rdata_corpus.add(f"bitmap_{kept[rtype]}", bytes([len(KINDS)]) + rdata[skip_name(rdata, 0):])
                kept[rtype] += 1
    for child in CHILDREN:
        parts = list(signature_input(ask(servers[child], child, TYPE_CAA), keys))
        if parts:
            key_corpus.add(child, b"".join(struct.pack("!H", len(part)) + part for part in parts) + b"what was signed")
    anchor_lines = pathlib.Path(lab.anchor).read_text()
    anchors = Corpus("trust_anchor")
    anchors.add("lab", anchor_lines.encode())
    iana = ". 172800 IN DS 20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d\n"
    anchors.add("iana", ("; root\n$TTL 86400\n" + iana).encode())
    key = keys[RSA]
    anchors.add("dnskey", f". IN DNSKEY 257 3 8 (\n {base64.b64encode(key[4:]).decode()} ) ; a key\n".encode())
    anchors.add("other", b"$ORIGIN .\na. 5 NS b.\n@ 5 IN DS 1 8 2 00\n")
    fields = anchor_lines.split()
    tag, algorithm, digest_type = (int(field) for field in fields[fields.index("DS") + 1:fields.index("DS") + 4])
    digest = bytes.fromhex("".join(fields[fields.index("DS") + 4:]))
    write_keys(keys, struct.pack("!HBB", tag, algorithm, digest_type) + digest)


def address_of(child):
    """Where the referral's glue says that the zone is served."""
    for rtype, rdata in rdatas(ask(TLDS["test"], child, TYPE_CAA)):
        if rtype == 1:
            return ".".join(str(octet) for octet in rdata)
    raise AssertionError(f"no glue for {child}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(folder, scenario=SCENARIO, port=PORT)
        try:
            make(lab)
        finally:
            lab.stop()


if __name__ == "__main__":
    main()
