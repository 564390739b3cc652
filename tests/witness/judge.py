"""Where caascan is wrong: it is compared with what all three witnesses say of the same name, several times over.

Pure functions over values. A name is played several times, in copies of its world, because servers that differ may be asked
in any order: what any witness came to in any copy counts as a possible right answer.
"""

import typing

ISSUER = "letsencrypt.org"
WRONG_PERMIT, FALSE_ACCUSATION, DIFFERENT_RECORDS, WRONG_BLAME = (
    "wrong_permit", "false_accusation", "different_records", "wrong_blame")
KINDS = (WRONG_PERMIT, FALSE_ACCUSATION, DIFFERENT_RECORDS, WRONG_BLAME)
FAILURES = ("servfail", "lame", "timeout")
# Facts about a sound server, or about what its zone's owner wrote: they accuse it of no wrong answer.
FACTS = ("single_server", "single_network", "server_address_special", "answers_differ", "delegation_mismatch", "glue_mismatch",
         "caa_issuer_unknown", "caa_issuewild_surprising", "caa_ttl_extreme", "dnssec_expiring")
# A failure by load alone comes and goes: a failure counts where at least this share of the copies has it.
LEAST_SHARE_OF_FAILURES = 0.5


class Complaint(typing.NamedTuple):
    kind: str
    name: str
    text: str


def decision(records):
    """What a set of CAA RDATA says to a plain name's certificate by ISSUER: "permit" or "deny"."""
    issuers = []
    for rdata in records:
        tag, value = rdata[2:2 + rdata[1]].decode("latin-1").lower(), rdata[2 + rdata[1]:].decode("latin-1")
        if tag == "issue":
            issuers.append(value.partition(";")[0].strip().lower())
        elif rdata[0] & 0x80 and tag not in ("issuewild", "iodef"):
            return "deny"
    return "permit" if not issuers or ISSUER in issuers else "deny"


def verdict(climb):
    """A witness's: "permit", "deny" or "fail"."""
    return "fail" if climb.failed else decision(climb.records)


def records_of(record):
    """The record's CAA set as RDATA, to be compared with a witness's."""
    found = record.get("caa", {}).get("records", [])
    return frozenset(bytes([each["flags"], len(each["tag"])]) + each["tag"].encode() + each["value"].encode() for each in found)


def complaints(copies, sound_machines):
    """The complaints about one name. `copies` are what was seen of it in each copy of the world (batch.Seen)."""
    name = copies[0].name
    climbs = [climb for seen in copies for climb in seen.climbs.values()]
    records = [seen.record for seen in copies]
    found = [(WRONG_PERMIT, _wrong_permit(records, climbs)), (FALSE_ACCUSATION, _false_accusation(records, climbs)),
             (DIFFERENT_RECORDS, _different_records(records, climbs))]
    out = [Complaint(kind, name, text) for kind, text in found if text]
    for text in dict.fromkeys(text for seen in copies for text in _wrong_blame(seen, sound_machines)):
        out.append(Complaint(WRONG_BLAME, name, text))
    return out


def _wrong_permit(records, climbs):
    if any(record["outcome"] == "permit" for record in records) and all(verdict(climb) != "permit" for climb in climbs):
        return "permit, where no witness permits"
    return None


def _false_accusation(records, climbs):
    failed = [record for record in records if record["outcome"] in FAILURES]
    if len(failed) >= LEAST_SHARE_OF_FAILURES * len(records) and not any(climb.failed for climb in climbs):
        return f"{failed[0]['outcome']} {failed[0]['reason']}, where every witness answers"
    return None


def _different_records(records, climbs):
    if any(climb.failed or not climb.records for climb in climbs):
        return None
    possible = {climb.records for climb in climbs}
    strange = [record for record in records if record.get("caa") and records_of(record) not in possible]
    return "records that no witness has" if strange else None


def _wrong_blame(seen, sound_machines):
    for finding in seen.record.get("findings", []):
        machine = seen.machines.get(finding.get("address"))
        if machine in sound_machines and finding["code"] not in FACTS:
            yield f"{finding['code']} accuses {machine}, which is sound"
