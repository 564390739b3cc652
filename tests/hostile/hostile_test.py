"""Servers that are written to hurt: what is believed, and what one name costs. docs/hostile.md has the limits."""

import collections
import socket

from hostile_case import HELD, MOST_CPU_S, MOST_QUERIES, MOST_S, VICTIM, Hostile, harness
from world import (AA, NXDOMAIN, REFUSED, SERVFAIL, SOA, TC, TYPE_A, TYPE_CAA, TYPE_CNAME, TYPE_NS, TYPE_SOA, World, caa, later,
                   name_wire, record)

MOST_AT_PREY = 10


class HostileTest(Hostile):

    def assert_denied(self, handle):
        """The forger has no effect on the verdict."""
        found, _, _ = self.look(handle)
        self.assertEqual((found["outcome"], found["reason"]), ("deny", "issuance_forbidden"), found)
        self.assertLessEqual(found["queries"], 20)

    # What is believed.

    def test_icmp_that_quotes_the_ports_alone(self):
        def handle(query):
            if query.transport == "udp":
                query.icmp_unreachable(quoted=8)
            later(0.05, query.send, query.honest(HELD))
        self.assert_denied(handle)

    def test_icmp_that_quotes_the_query_is_a_closed_port(self):
        found, _, took = self.look(lambda query: query.icmp_unreachable(quoted=8 + len(query.octets)))
        self.assertEqual((found["outcome"], found["reason"]), ("timeout", "unreachable"), found)
        self.assertLess(took, MOST_S)

    def test_an_error_without_question_before_the_answer(self):
        def handle(query):
            if query.transport == "udp":
                query.send(query.reply(flags=SERVFAIL, question=False))
            later(0.02, query.send, query.honest(HELD))
        self.assert_denied(handle)

    def test_an_error_without_question_in_the_answers_place(self):
        def handle(query):
            forged = query.reply(flags=SERVFAIL, question=False)
            query.send(forged if query.transport == "udp" else query.honest(HELD))
        self.assert_denied(handle)

    def test_an_error_without_question_that_is_the_servers_own(self):
        found, _, _ = self.look(lambda query: query.send(query.reply(flags=SERVFAIL, question=False)))
        self.assertEqual((found["outcome"], found["reason"]), ("servfail", "servfail"), found)

    def test_a_flood_of_guesses_one_of_which_is_right(self):
        def handle(query):
            if query.transport == "tcp":
                return query.send(query.honest(HELD))
            for guess in range(1, 20):
                query.send(query.reply(change_id=guess))
            permit = record(query.name, TYPE_CAA, caa("letsencrypt.org"))
            return query.send(query.reply(answers=[permit]))
        self.assert_denied(handle)

    # What it costs.

    def assert_cheap(self, handle, reason, name=VICTIM):
        """The name ends soon, for that reason."""
        found, cpu, took = self.look(handle, name)
        self.assertEqual(found["reason"], reason, found)
        self.assertLessEqual(found["queries"], MOST_QUERIES)
        self.assertLess(cpu, MOST_CPU_S)
        self.assertLess(took, MOST_S)

    def test_zones_that_serve_one_another(self):
        def handle(query):
            if not query.name.endswith("test") or query.name.count(".") == 0:
                return query.send(query.honest(HELD))
            zone = ".".join(query.name.split(".")[-2:])
            other = {"a.test": "b.test", "b.test": "a.test"}.get(zone, zone)
            servers = [record(zone, TYPE_NS, name_wire(f"ns{i}.{other}")) for i in range(16)]
            return query.send(query.reply(flags=0, authority=servers))
        self.assert_cheap(handle, "unresolvable_servers", "www.a.test")

    def test_servers_of_a_zone_inside_it_without_glue(self):
        def handle(query):
            if not query.name.endswith("ring.test"):
                return query.send(query.honest(HELD))
            servers = [record("ring.test", TYPE_NS, name_wire(f"ns{i}.ring.test")) for i in range(40)]
            return query.send(query.reply(flags=0, authority=servers))
        self.assert_cheap(handle, "unresolvable_servers", "www.ring.test")

    def test_tcp_that_never_stops_talking(self):
        def handle(query):
            if query.transport == "udp":
                return query.send(query.reply(flags=AA | TC))
            stray = query.reply(change_id=1)
            while True:
                query.send(stray)
        self.assert_cheap(handle, "truncated")

    def test_connections_that_are_held_open(self):
        """More servers than descriptors take queries over TCP and say nothing. The one that answers is heard all the same."""
        zones = 300

        def handle(query):
            zone = ".".join(query.name.split(".")[-2:])
            if not zone.startswith("z"):
                return query.send(query.honest(HELD))
            number = int(zone.split(".")[0][1:])
            address = f"127.55.{number // 250}.{number % 250 + 1}"
            if query.server != address:
                glue = record(f"ns.{zone}", TYPE_A, socket.inet_aton(address))
                return query.send(query.reply(flags=0, authority=[record(zone, TYPE_NS, name_wire(f"ns.{zone}"))],
                                              additional=[glue]))
            if query.transport == "udp":
                return query.send(query.reply(flags=AA | TC))
            if number == zones - 1:
                query.send(query.honest({zone: ";"}))
        found = self.scan(World(handle, everywhere=True), [f"z{i}.test" for i in range(zones)], "--retries", "1",
                          "--recheck", "0", "--diagnose", "off", "--server-rate", "0", "--server-inflight", "0",
                          descriptors=192)
        self.assertEqual([each["reason"] for each in found if each["name"] == f"z{zones - 1}.test"], ["issuance_forbidden"])
        self.assertEqual({each["reason"] for each in found if each["name"] != f"z{zones - 1}.test"}, {"truncated"})

    # Attacks that have names. What they spend is a stranger's zone, so it is its servers that count.

    def zones(self, addresses, answer):
        """A handler: the root delegates the zones of `addresses`, {zone: address}, with glue; `answer(query, zone)` is theirs.
        Counts the queries of each zone's server in self.asked."""
        self.asked = collections.Counter()

        def handle(query):
            zone = ".".join(query.name.split(".")[-2:])
            if zone not in addresses or query.server != addresses[zone]:
                if zone not in addresses:
                    return query.send(query.honest(HELD))
                glue = record(f"ns.{zone}", TYPE_A, socket.inet_aton(addresses[zone]))
                return query.send(query.reply(flags=0, authority=[record(zone, TYPE_NS, name_wire(f"ns.{zone}"))],
                                              additional=[glue]))
            self.asked[zone] += 1
            answer(query, zone)
        return handle

    def denial(self, query, zone, rcode=NXDOMAIN):
        query.send(query.reply(flags=AA | rcode, authority=[record(zone, TYPE_SOA, SOA)]))

    def attack(self, answer, name, *options):
        handle = self.zones({"evil.test": "127.56.0.1", "prey.test": "127.56.0.2"}, answer)
        found, = self.scan(World(handle, everywhere=True), [name], *options)
        self.assertNotEqual(found["outcome"], "permit", found)
        self.assertLessEqual(found["queries"], MOST_QUERIES)

    def assert_prey_is_spared(self, prey):
        """`prey(query, zone)` answers for the zone to which a referral's sixty servers, none of which exists, belong."""
        def answer(query, zone):
            if zone == "prey.test":
                return prey(query, zone)
            servers = [record("sub.evil.test", TYPE_NS, name_wire(f"n{i}.prey.test")) for i in range(60)]
            query.send(query.reply(flags=0, authority=servers))
        self.attack(answer, "www.sub.evil.test")
        self.assertLessEqual(self.asked["prey.test"], MOST_AT_PREY)

    def test_nxns_attack(self):
        self.assert_prey_is_spared(self.denial)

    def test_nr_delegation_attack(self):
        """The servers' own zone is served by one that refuses."""
        self.assert_prey_is_spared(lambda query, _: query.send(query.reply(flags=REFUSED)))

    def test_tsuname(self):
        """Two zones whose servers are each in the other one."""
        def answer(query, zone):
            other = {"evil.test": "prey.test", "prey.test": "evil.test"}[zone]
            sub = f"sub.{zone}"
            query.send(query.reply(flags=0, authority=[record(sub, TYPE_NS, name_wire(f"ns.sub.{other}"))]))
        self.attack(answer, "www.sub.evil.test")
        self.assertLessEqual(self.asked["prey.test"], MOST_AT_PREY)

    def test_camp(self):
        """Aliases that lead to a referral to many servers."""
        def answer(query, zone):
            labels = query.name.split(".")
            if zone == "prey.test":
                return self.denial(query, zone)
            step = int(labels[1][1:])
            if step < 8:
                return query.send(query.reply(answers=[record(query.name, TYPE_CNAME, name_wire(f"www.s{step + 1}.evil.test"))]))
            servers = [record(f"{labels[-3]}.evil.test", TYPE_NS, name_wire(f"n{i}.prey.test")) for i in range(60)]
            query.send(query.reply(flags=0, authority=servers))
        self.attack(answer, "www.s1.evil.test")
        self.assertLessEqual(self.asked["prey.test"], MOST_AT_PREY)

    def test_phoenix_and_maginot(self):
        """A child's answer that claims its parent, or another's zone, for servers of its own: no such claim is believed."""
        def answer(query, zone):
            mine = socket.inet_aton("127.56.0.1")
            claims = [record("prey.test", TYPE_NS, name_wire("ns.evil.test")), record("test", TYPE_NS, name_wire("ns.evil.test"))]
            glue = [record("ns.evil.test", TYPE_A, mine), record("ns.prey.test", TYPE_A, mine)]
            if query.type == TYPE_CAA and zone == "prey.test" and query.server != "127.56.0.1":
                return query.send(query.reply(answers=[record("prey.test", TYPE_CAA, caa(";"))]))
            permits = record(query.name, TYPE_CAA, caa("letsencrypt.org"))
            query.send(query.reply(answers=[permits], authority=claims, additional=glue))
        handle = self.zones({"evil.test": "127.56.0.1", "prey.test": "127.56.0.2"}, answer)
        names = [f"w{i}.evil.test" for i in range(20)] + ["prey.test"]
        found = self.scan(World(handle, everywhere=True), names, "--concurrency", "1", "--threads", "1")
        self.assertEqual([each["reason"] for each in found if each["name"] == "prey.test"], ["issuance_forbidden"])

    def test_tudoor(self):
        """Malformed answers in the true one's place, from its server: they count as no answer, and end the look-up soon."""
        def answer(query, zone):
            query.send(query.reply()[:7 + self.asked[zone] % 12])
        self.attack(answer, "www.evil.test")
        self.assertLessEqual(self.asked["evil.test"], MOST_QUERIES)

    def test_aliases_that_take_their_time(self):
        def handle(query):
            at = int(query.name.split(".")[0][1:]) if query.name.endswith("slow.test") else 0
            answer = query.honest(HELD)
            if at:
                answer = query.reply(answers=[record(query.name, TYPE_CNAME, name_wire(f"a{at + 1}.slow.test"))])
            later(0.3, query.send, answer)
        found, _, took = self.look(handle, "a1.slow.test", "--name-timeout", "2")
        self.assertEqual((found["outcome"], found["reason"], found["may_issue"]), ("servfail", "too_slow", False), found)
        self.assertLess(took, 20)
        found, _, _ = self.look(handle, "a1.slow.test")
        self.assertEqual(found["reason"], "alias_loop", found)

    def test_silent_zones_end_in_time_and_are_named(self):
        """Looking twice and finding out why share the name's time, however many servers are silent."""
        most_s = 20
        counts = (1, 2, 4, 13)

        def handle(query):
            zone = ".".join(query.name.split(".")[-2:])
            if not zone.startswith("s") or query.server.startswith("127.57."):
                return None if zone.startswith("s") else query.send(query.honest(HELD))
            count = int(zone.split(".")[0][1:])
            servers = [record(zone, TYPE_NS, name_wire(f"ns{i}.{zone}")) for i in range(count)]
            glue = [record(f"ns{i}.{zone}", TYPE_A, bytes([127, 57, count, i + 1])) for i in range(count)]
            return query.send(query.reply(flags=0, authority=servers, additional=glue))
        found = self.scan(World(handle, everywhere=True), [f"s{count}.test" for count in counts], "--name-timeout", str(most_s))
        for each in found:
            self.assertLessEqual(each["elapsed_ms"], 1000 * (most_s + 1), each)
            self.assertLessEqual(each["queries"], MOST_QUERIES, each)
        named = {each["name"]: each for each in found}
        for count in counts[:-1]:
            silent = named[f"s{count}.test"]
            self.assertEqual(silent["reason"], "no_response", silent)
            self.assertEqual({finding["code"] for finding in silent["findings"]}, {"server_silent"}, silent)
        self.assertIn(named["s13.test"]["reason"], ("no_response", "too_slow"))

    def test_a_new_referral_at_each_label(self):
        name = ".".join(["a"] * 100) + ".test"

        def handle(query):
            labels = query.name.split(".")
            known = min(len(labels), handle.depth)
            handle.depth += 1
            zone = ".".join(labels[len(labels) - known:])
            query.send(query.reply(flags=0, authority=[record(zone, TYPE_NS, name_wire("ns.root"))]))
        handle.depth = 1
        found, _, took = self.look(handle, name)
        self.assertLessEqual(found["queries"], MOST_QUERIES, found)
        self.assertNotEqual(found["outcome"], "permit")
        self.assertLess(took, MOST_S)


if __name__ == "__main__":
    harness.main()
