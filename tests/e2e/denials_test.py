"""Denials that are used again spare servers questions, and change no verdict (RFC 8198)."""

import json
import subprocess

import dns.flags
import dns.message
import dns.query
import dns.rdatatype

import harness
from harness import CAASCAN
from lab import Lab

UNSIGNED, SIGNED = 300, 12
TOP = "127.69.0.1"
# What a scan needs of a top-level domain's servers besides: its keys, its SOA, and the first of each span.
FEW = 10


class Denials(harness.Case):

    def start(self, denial, threads=2):
        self.unsigned = [f"d{i}.test" for i in range(UNSIGNED)]
        self.signed = [f"s{i}.test" for i in range(SIGNED)]
        address = "127.70.{}.{}".format
        servers = {zone: address(i // 250, 1 + i % 250) for i, zone in enumerate(self.unsigned + self.signed)}
        zones = [{"zone": ".", "dnssec": True, "servers": [{"host": "a.root", "addresses": ["127.69.0.2"]}]},
                 {"zone": "test", "dnssec": {"denial": denial}, "servers": [{"host": "ns.nic", "addresses": [TOP]}]}]
        zones += [{"zone": zone, "servers": [{"host": "ns", "addresses": [servers[zone]]}],
                   **({"dnssec": {"denial": "nsec"}} if zone in self.signed else {})} for zone in servers]
        self.lab = Lab(self.folder, self.file("scenario.json", json.dumps({"zones": zones})))
        self.addCleanup(self.lab.stop)
        lines = ["test. 900 IN SOA ns.nic.test. h.nic.test. 1 2 3 4 5", "test. 900 IN NS ns.nic.test."]
        for zone, server in servers.items():
            lines += [f"{zone}. 900 IN NS ns.{zone}.", f"ns.{zone}. 900 IN A {server}"]
        self.zone_file = self.file("test.zone", "\n".join(lines) + "\n")
        self.threads = str(threads)

    def scan(self, *arguments, **how):
        """Records by name, without what a server or a clock decides."""
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--server-rate", "0", "--threads", self.threads,
                                *arguments, **how)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.said = done.stderr.decode()
        kept = ("outcome", "reason", "may_issue", "dnssec", "zone", "findings")
        return {record["name"]: {key: record.get(key) for key in kept}
                for record in map(json.loads, done.stdout.splitlines())}

    def queries_since(self, before):
        counted = self.lab.server_counters()
        return {address: sum(of.values()) - sum(before.get(address, {}).values()) for address, of in counted.items()}, counted

    def compare(self, *arguments, **how):
        """What a scan with the store asks of the top-level domain's servers, and one without."""
        _, before = self.queries_since({})
        without = self.scan("--denials", "0", *arguments, **how)
        asked_without, before = self.queries_since(before)
        with_store = self.scan(*arguments, **how)
        asked, _ = self.queries_since(before)
        self.assertEqual(with_store, without)
        return with_store, asked, asked_without

    def proofs(self):
        """Records that the top-level domain's server proves the DS of each name by, as lines by owner and type; an RRSIG's type is
        that which it covers."""
        lines = {}
        for zone in self.unsigned + self.signed:
            reply = dns.query.udp(dns.message.make_query(zone, "DS", want_dnssec=True), TOP, port=self.lab.port, timeout=10)
            if reply.flags & dns.flags.TC:
                reply = dns.query.tcp(dns.message.make_query(zone, "DS", want_dnssec=True), TOP, port=self.lab.port, timeout=10)
            for rrset in reply.answer + reply.authority:
                for record in rrset:
                    kind = dns.rdatatype.to_text(record.rdtype)
                    of = dns.rdatatype.to_text(record.type_covered) if kind == "RRSIG" else kind
                    if of in ("DS", "NSEC", "NSEC3"):
                        line = f"{rrset.name} {rrset.ttl} IN {kind} {record.to_text()}"
                        of_owner = lines.setdefault((rrset.name.to_text(), of), [])
                        if line not in of_owner:
                            of_owner.append(line)
        return lines

    def with_proofs(self, proofs, change=lambda line: line):
        """The zone file with them: DS and NSEC beside their delegations, NSEC3 in the end."""
        out = []
        with open(self.zone_file, encoding="utf-8") as content:
            delegations = content.read().splitlines()
        for line in delegations:
            out.append(line)
            owner, _, _, kind = line.split()[:4]
            if kind == "NS":
                out += [change(each) for of in ("DS", "NSEC") for each in proofs.get((owner, of), [])]
        out += [change(line) for (_, of), lines in proofs.items() if of == "NSEC3" for line in lines]
        return self.file("proofs.zone", "\n".join(out) + "\n")

    def test_a_zone_file_of_a_signed_zone_needs_a_question_a_span(self):
        self.start("nsec3-opt-out")
        records, asked, asked_without = self.compare(self.zone_file)
        self.assertEqual(len(records), UNSIGNED + SIGNED)
        for zone in self.unsigned:
            self.assertEqual((records[zone]["outcome"], records[zone]["dnssec"]), ("permit", "insecure"))
        for zone in self.signed:
            self.assertEqual((records[zone]["outcome"], records[zone]["dnssec"]), ("permit", "secure"))
        # With opt-out the zone has a span for each signed delegation, its apex and its server: 15. More are asked than
        # that and one for each signed delegation because several are under way at once.
        self.assertLessEqual(asked[TOP], UNSIGNED // 4, "one for each span, one for each signed delegation")
        self.assertGreaterEqual(asked_without[TOP], UNSIGNED)

    def test_the_root_is_asked_once_for_a_top_level_domain(self):
        self.start("nsec3-opt-out")
        _, asked, _ = self.compare(self.zone_file)
        self.assertLessEqual(asked["127.69.0.2"], 1 + 5)

    def test_nsec_denies_the_ds_of_each_delegation_by_a_record_of_its_own(self):
        self.start("nsec", threads=1)
        records, asked, asked_without = self.compare(self.zone_file)
        self.assertEqual({records[zone]["dnssec"] for zone in self.unsigned}, {"insecure"})
        self.assertLessEqual(asked[TOP], asked_without[TOP])
        again, asked, _ = self.compare(self.zone_file)
        self.assertEqual(again, records)

    def test_delegations_that_are_gone_are_answered_as_a_list_has_them(self):
        for denial in ("nsec", "nsec3", "nsec3-opt-out"):
            with self.subTest(denial):
                self.start(denial, threads=1)
                # As where an owner had many names alike: they lay in few gaps between names that are there.
                gone = [f"d{7 * (i % 4)}x{i}.test" for i in range(80)]
                with open(self.zone_file, encoding="utf-8") as content:
                    old = content.read() + "".join(f"{zone}. 900 IN NS ns.d{i}.test.\n" for i, zone in enumerate(gone))
                records, asked, asked_without = self.compare("--concurrency", "10", self.file("old.zone", old))
                self.assertEqual({zone: records[zone] for zone in gone}, self.scan(self.file("gone", "\n".join(gone) + "\n")))
                self.assertEqual({records[zone]["reason"] for zone in gone}, {"no_caa"})
                # A name that is gone costs its CAA, and its DS where no record is known that has it in its gap.
                denied = len(gone) // 4 if denial == "nsec" else len(gone)
                self.assertLessEqual(asked[TOP], len(records) + denied + FEW)
                self.assertLessEqual(asked[TOP], asked_without[TOP])
                self.lab.stop()

    def test_a_zone_file_with_proofs_needs_the_keys_alone(self):
        for denial in ("nsec3-opt-out", "nsec3", "nsec"):
            with self.subTest(denial):
                self.start(denial)
                path = self.with_proofs(self.proofs())
                records, asked, asked_without = self.compare(path)
                self.assertEqual(len(records), UNSIGNED + SIGNED)
                self.assertEqual({records[zone]["dnssec"] for zone in self.unsigned}, {"insecure"})
                self.assertEqual({records[zone]["dnssec"] for zone in self.signed}, {"secure"})
                self.assertLessEqual(asked[TOP], FEW)
                self.assertGreaterEqual(asked_without[TOP], UNSIGNED)
                self.assertNotIn("warning", self.said)
                with open(path, "rb") as content:
                    piped, asked, _ = self.compare("--input-format", "zone", "-", stdin=content.read())
                self.assertEqual(piped, records)
                self.assertLessEqual(asked[TOP], FEW)
                self.lab.stop()

    def test_chunks_carry_the_proofs_of_their_names(self):
        for denial in ("nsec3-opt-out", "nsec3", "nsec"):
            with self.subTest(denial):
                self.start(denial)
                path = self.with_proofs(self.proofs())
                direct = self.scan(path)
                run = self.folder / f"run-{denial}"
                done = self.run_program(CAASCAN, "plan", "--chunk", "40", "-o", run, path)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                _, before = self.queries_since({})
                self.scan(run)
                asked, _ = self.queries_since(before)
                self.assertLessEqual(asked[TOP], FEW)
                self.assertEqual(self.run_program(CAASCAN, "status", "--verify", run).returncode, 0)
                files = sorted((run / "out").glob("chunk-*.ndjson.zst"))
                self.assertEqual(len(files), 8)
                text = subprocess.run(["zstd", "-dcq", *files], check=True, stdout=subprocess.PIPE).stdout
                found = {record["name"]: record for record in map(json.loads, text.splitlines())}
                self.assertEqual({name: {key: record.get(key) for key in direct[name]} for name, record in found.items()}, direct)
                self.lab.stop()

    def test_proofs_that_do_not_hold_change_no_verdict(self):
        self.start("nsec3-opt-out")
        proofs = self.proofs()
        honest = self.scan(self.with_proofs(proofs))

        def spoil(at, change):
            """Changes a field of the RDATA of records of a type."""
            def of(line, kind):
                fields = line.split()
                if fields[3] == kind:
                    fields[4 + at] = change(fields[4 + at])
                return " ".join(fields)
            return of

        def years(later):
            return lambda text: f"{int(text[:4]) + later}{text[4:]}" if len(text) == 14 else str(int(text) + later * 365 * 86400)

        rows = {
            "wrong signatures": ("RRSIG", spoil(8, lambda text: ("A" if text[0] != "A" else "B") + text[1:])),
            "signatures that are made last longer": ("RRSIG", spoil(4, years(1))),
            "signatures that have ended": ("RRSIG", spoil(4, years(-1))),
            "signatures of wildcards": ("RRSIG", spoil(2, lambda text: "1")),
            "another zone's signatures": ("RRSIG", spoil(7, lambda text: "d1.test.")),
            "another key's": ("RRSIG", spoil(6, lambda text: str(int(text) ^ 1))),
            "no opt-out": ("NSEC3", spoil(1, lambda text: "0")),
            "other iterations": ("NSEC3", spoil(2, lambda text: str(int(text) + 1))),
            "spans that lead elsewhere": ("NSEC3", spoil(4, lambda text: "v" * 32)),
            "another DS": ("DS", spoil(3, lambda text: "00" * 32)),
            "hashes that are none": ("NSEC3", spoil(4, lambda text: "!" + text[1:])),
            "times that are none": ("RRSIG", spoil(4, lambda text: "soon")),
        }
        for what, (kind, change) in rows.items():
            with self.subTest(what):
                path = self.with_proofs(proofs, lambda line: change(line, kind))
                self.assertEqual(self.scan(path), honest)
                self.assertEqual("cannot be read" in self.said, "that are none" in what, self.said)
        with self.subTest("the file of another zone"):
            with open(self.with_proofs(proofs), encoding="utf-8") as content:
                other = self.file("other.zone", content.read().replace("test. 900 IN SOA", "other. 900 IN SOA", 1))
            self.assertEqual(self.scan(other), self.scan("--denials", "0", other))

    def test_a_full_store_is_said_and_servers_are_asked(self):
        self.start("nsec3-opt-out")
        proofs = self.proofs()
        honest = self.scan(self.zone_file)
        signature = next(lines[1] for (_, of), lines in proofs.items() if of == "NSEC3").split(maxsplit=4)[4]
        fake = {(f"{i}.", "NSEC3"): [f"{i:032d}.test. 900 IN NSEC3 1 1 0 - {i + 1:032d} A",
                                     f"{i:032d}.test. 900 IN RRSIG {signature}"] for i in range(1, 5000)}
        self.assertEqual(self.scan("--denials", "1", self.with_proofs({**fake, **proofs})), honest)
        self.assertIn("found no room", self.said)

    def test_a_denial_of_data_is_asked_for_each_time(self):
        for denial in ("nsec", "nsec3-opt-out"):
            with self.subTest(denial):
                self.start(denial, threads=1)
                names = [f"none{i}.test" for i in range(40)]
                path = self.file("names", "".join(f"{name}\n" for name in names))
                _, asked, _ = self.compare("--concurrency", "1", path)
                self.assertGreaterEqual(asked[TOP], len(names))
                self.lab.stop()

    def test_all_servers_are_asked_where_all_are_to_be_heard(self):
        self.start("nsec", threads=1)
        path = self.file("names", "a.none.test\nb.none.test\n")
        _, asked, asked_without = self.compare("--concurrency", "1", "--all-servers", path)
        self.assertEqual(asked[TOP], asked_without[TOP])


if __name__ == "__main__":
    harness.main()
