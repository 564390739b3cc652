"""One name server of a world: the zones it holds, and what is odd about it."""

import wire
import zone as zones
from oddities import TOP_BIT, change
from wire import FLAG_AA, FLAG_RA, FLAG_RD, FLAG_TC, RCODES, TYPES, RRset, write_answer


class Machine:
    """Answers queries. `zones` are those it holds by name, `oddities` those of its own: the first that fits a query changes the
    answer."""

    def __init__(self):
        self.zones = {}
        self.oddities = []
        self._replies = {}  # What was written once, by all that it depends on but the ID and the letters' case.

    def reply(self, query, over_tcp):
        """Octets of the answer, or None for silence."""
        key = (query.name, query.rtype, query.flags & FLAG_RD, query.has_capitals, query.has_edns, query.wants_dnssec, query.size,
               over_tcp)
        if key not in self._replies:
            self._replies[key] = self._make_reply(query, over_tcp)
        reply, echoes = self._replies[key]
        if reply is None or not echoes:
            return reply and query.id.to_bytes(2, "big") + reply[2:]
        return query.id.to_bytes(2, "big") + reply[2:12] + query.question + reply[12 + len(query.question):]

    def _make_reply(self, query, over_tcp):
        """The answer's octets, and whether the question in them is a copy of the query's."""
        for oddity in self.oddities:
            if oddity.hits(query):
                return self._odd_reply(oddity, query, over_tcp), "echo" not in oddity.parts
        return _written(self.sound_answer(query), query, {}, over_tcp), True

    def _odd_reply(self, oddity, query, over_tcp):
        if oddity.transport == "tcp" and not over_tcp:
            return _truncated(query)
        if oddity.transport == "udp" and over_tcp:
            return _written(self.sound_answer(query), query, {}, over_tcp)
        if "silence" in oddity.parts:
            return None
        answer = self.sound_answer(query)
        change(oddity.parts, answer, query, oddity.place)
        return _written(answer, query, oddity.parts, over_tcp)

    def sound_answer(self, query):
        """What a sound server that holds these zones says."""
        held = self._zone_for(query.name, query.rtype)
        if held is None:
            return zones.Answer(rcode=RCODES["REFUSED"], is_authoritative=False)
        return held.lookup(query.name, query.rtype)

    def _zone_for(self, name, rtype):
        """The deepest zone that holds the name; for DS the one above the cut, where that is here too."""
        at, found = name, None
        while True:
            if at in self.zones:
                found = self.zones[at]
                if not (rtype == TYPES["DS"] and at == name and at):
                    return found
            if not at:
                return found
            at = wire.parent(at)


def _truncated(query):
    return write_answer(query, 0, FLAG_AA | FLAG_TC, ([], [], []), query.has_edns)


def _with_signatures(section, is_invalid):
    for rrset in section:
        yield rrset
        if rrset.signer:
            signature = rrset.signer.rrsig(rrset, zones.TTL)
            if is_invalid:
                signature = signature[:-1] + bytes([signature[-1] ^ 1])
            yield RRset(rrset.owner, TYPES["RRSIG"], rrset.ttl, (signature,))


def _written(answer, query, parts, over_tcp):
    sections = [answer.answer, answer.authority + (answer.proofs if query.wants_dnssec else []),
                answer.additional]
    if query.wants_dnssec:
        sections = [list(_with_signatures(section, parts.get("proofs") == "invalid")) for section in sections]
    if parts.get("ttl") == "top_bit":
        sections = [[each._replace(ttl=each.ttl | TOP_BIT) for each in section] for section in sections]
    flags = ((FLAG_AA if answer.is_authoritative else 0) | (FLAG_RA if parts.get("ra") == "1" else 0)
             | (FLAG_TC if parts.get("tc") == "1" else 0))
    has_edns = query.has_edns and parts.get("edns") != "absent"
    question = query.question.lower() if parts.get("echo") == "lower" else None
    message = write_answer(query, answer.rcode, flags, sections, has_edns, question)
    if not over_tcp and len(message) > query.size:
        return _truncated(query)
    return message
