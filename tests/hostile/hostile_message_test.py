"""Messages that are not what they should be (RFC 9267): none of them is a permit, and all of them end."""

import attacks
from hostile_case import MOST_CPU_S, MOST_QUERIES, Hostile, harness
from world import AA, TC, Query, World, name_wire

NEIGHBOUR = "neighbour.test"
# The names without a record of their own climb to one that forbids.
HELD = {"test": ";", NEIGHBOUR: "letsencrypt.org"}
# Sound messages: the CAA record has octets that are no tag. It is a property that is not known, and not critical (RFC 8659
# section 4.1), as the owner wrote it.
NO_TAG = {"rdlength-of-nothing", "tag-of-no-length", "tag-beyond-rdata"}


def kinds():
    octets = bytes(4) + b"\0\1" + bytes(6) + name_wire("test") + bytes(4)
    return list(attacks.oddities(Query(octets, "udp", None, None)))


class HostileMessage(Hostile):

    def assert_no_permit(self, transports):
        """Each oddity in the answers to a name of its own, over these transports; elsewhere there is TC."""
        def handle(query):
            oddity = query.name.split(".")[0]
            if oddity not in kinds():
                return query.send(query.honest(HELD))
            if query.transport not in transports:
                return query.send(query.reply(flags=AA | TC))
            return query.send(attacks.oddities(query)[oddity])
        names = [f"{oddity}.test" for oddity in kinds()]
        permits = {NEIGHBOUR: "issuer_authorized", **{f"{oddity}.test": "no_issue_property" for oddity in NO_TAG}}
        found = self.scan(World(handle), [*names, NEIGHBOUR], "--retries", "1", "--recheck", "0")
        for each in found:
            with self.subTest(name=each["name"]):
                self.assertLessEqual(each["queries"], MOST_QUERIES)
                self.assertEqual(each["reason"] if each["outcome"] == "permit" else None, permits.get(each["name"]), each)
        self.assertEqual({each["name"] for each in found}, {*names, NEIGHBOUR})
        self.assertLess(self.usage.ru_utime + self.usage.ru_stime, MOST_CPU_S)

    def test_in_datagrams_and_over_tcp(self):
        self.assert_no_permit(("udp", "tcp"))

    def test_over_tcp_alone(self):
        self.assert_no_permit(("tcp",))

if __name__ == "__main__":
    harness.main()
