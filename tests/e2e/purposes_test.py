"""S/MIME and mark certificates (RFC 9495), several accounts and methods, and the day from which parameters bind: scans, checks,
decisions and reports, against what the lab knows to be true."""

import json
import pathlib

import harness
from harness import CAALAB, CAASCAN, SOURCE
from lab import PORT, Lab

RECORDS = str(SOURCE / "datasets" / "lab" / "caa-records.json")
MIX = str(SOURCE / "datasets" / "lab" / "mix-internet.json")
FIELDS = "outcome,reason,may_issue,caa,dnssec"
ACCOUNT = ("account.mail.example", "https://a.example/1")


class Purposes(harness.Case):

    def start(self, **world):
        self.lab = Lab(self.folder, **world)
        self.addCleanup(self.lab.stop)

    def caascan(self, *arguments, code=0, stdin=b""):
        done = self.run_program(CAASCAN, *arguments, stdin=stdin)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done

    def records(self, *arguments, stdin=b"", command="scan"):
        options = self.lab.options() if command in ("scan", "check") else []
        done = self.run_program(CAASCAN, command, *options, *arguments, stdin=stdin)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def compare_purposes(self, patience_s=60):
        """Each name for a purpose that the lab chooses, the scan and the truth."""
        names = self.file("names.ndjson", self.run_program(CAALAB, "names", "--purposes", *self.lab.world).stdout.decode())
        truth = self.file("truth.ndjson", self.run_program(CAALAB, "truth", *self.lab.world, names).stdout.decode())
        records = str(self.folder / "records.ndjson")
        done = self.run_program(CAASCAN, "scan", *self.lab.options(), "--server-rate", "0", "--server-inflight", "0",
                                names, "-o", records, patience_s=patience_s)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        compared = self.run_program(CAALAB, "compare", "--fields", FIELDS, truth, records)
        self.assertEqual(compared.returncode, 0, compared.stdout.decode())
        return [json.loads(line) for line in pathlib.Path(records).read_text(encoding="utf-8").splitlines()]

    def test_every_kind_of_set_for_each_purpose(self):
        self.start(scenario=RECORDS)
        truth = self.run_program(CAALAB, "truth", *self.lab.world).stdout.decode()
        for purpose in ("tls", "smime", "mark"):
            lines = [json.loads(line)["name"] for line in truth.splitlines()]
            plain = [name for name in lines if purpose == "tls" or not name.startswith("*.")]
            names = self.file("n", "".join(json.dumps({"name": name, "for": purpose}) + "\n" for name in plain))
            expected = self.file("t", self.run_program(CAALAB, "truth", *self.lab.world, names).stdout.decode())
            out = str(self.folder / f"{purpose}.ndjson")
            # As an option for all of them, and as a member of each.
            text = self.file("names.txt", "".join(name + "\n" for name in plain))
            for given in ([text, "--for", purpose], [names, "--input-format", "ndjson"]):
                self.caascan("scan", *self.lab.options(), *given, "--overwrite", "-o", out)
                compared = self.run_program(CAALAB, "compare", "--fields", FIELDS, expected, out)
                self.assertEqual(compared.returncode, 0, compared.stdout.decode())

    def test_a_mix_of_purposes(self):
        self.start(scenario=None, mix=MIX, names=1500, seed=3)
        records = self.compare_purposes(patience_s=300)
        purposes = {record.get("for", "tls") for record in records}
        self.assertEqual(purposes, {"tls", "smime", "mark"})
        self.assertTrue(any(record.get("input", "").startswith("user@") for record in records))
        mail = {record["reason"] for record in records if record.get("for") == "smime"}
        self.assertIn("issuer_not_authorized", mail)
        self.assertIn("issuer_authorized", mail)

    def test_mail_addresses_are_names(self):
        self.start(scenario=RECORDS)
        csv = self.file("a.csv", "email,who\nA.B@Mail-Others.Mail.Example,7\nuser@only-mail.mail.example,8\n")
        records = self.records("--for", "smime", csv, "--column", "email", "--keep", "who")
        self.assertEqual({(record["name"], record["input"], record["for"], record["reason"]) for record in records},
                         {("mail-others.mail.example", "A.B@Mail-Others.Mail.Example", "smime", "issuer_not_authorized"),
                          ("only-mail.mail.example", "user@only-mail.mail.example", "smime", "issuer_authorized")})
        (record,) = self.records("--for", "smime", stdin=b"a b@mail.example\n")
        self.assertEqual((record["reason"], record["for"]), ("invalid_name", "smime"))
        self.assertIn("RFC 5321", record["detail"])
        (record,) = self.records("--for", "mark", stdin=b"*.mail.example\n")
        self.assertEqual(record["reason"], "invalid_name")
        self.assertIn("wildcard", record["detail"])

    def test_wildcards_of_other_purposes_are_wrong_usage(self):
        for command in (["scan"], ["check", "a.example"]):
            done = self.caascan(*command, "--for", "smime", "--wildcard", code=2)
            self.assert_one_clear_line(done, "--wildcard")
        self.assert_one_clear_line(self.caascan("scan", "--for", "code", code=2), "--for")

    def test_check_speaks_of_what_counts(self):
        self.start(scenario=RECORDS)
        done = self.caascan("check", *self.lab.options(), "--for", "smime", "user@mail-others.mail.example", code=3)
        text = " ".join(done.stdout.decode().split())
        self.assertIn("may not issue S/MIME certificates for addresses at mail-others.mail.example", text)
        self.assertIn('CAA 0 issuemail "letsencrypt.org"', text)
        self.assertNotIn('CAA 0 issue "letsencrypt.org" in', text)
        page = self.folder / "page.html"
        self.caascan("check", *self.lab.options(), "--for", "mark", "mark.mail.example", "--html", page, code=3)
        self.assertIn("issuevmc", page.read_text())
        self.caascan("check", *self.lab.options(), "--for", "smime", "mark.mail.example")

    def test_any_account_and_any_method_may_match(self):
        self.start(scenario=RECORDS)
        name, account = ACCOUNT
        other = ["--account-uri", "https://a.example/2"]
        for accounts, reason in ((other, "account_uri_mismatch"), ([*other, "--account-uri", account], "issuer_authorized")):
            (record,) = self.records("--for", "smime", *accounts, stdin=name.encode())
            self.assertEqual(record["reason"], reason)
        lines = [{"name": name, "for": "smime", "account_uri": uris, "id": i} for i, uris in enumerate(
            (account, [account], ["urn:a", account], ["urn:a"], [], 7))]
        found = self.records(*other, "--input-format", "ndjson", stdin="".join(json.dumps(l) + "\n" for l in lines).encode())
        self.assertEqual({record["id"]: record["reason"] for record in found},
                         {0: "issuer_authorized", 1: "issuer_authorized", 2: "issuer_authorized", 3: "account_uri_mismatch",
                          4: "invalid_name", 5: "invalid_name"})
        method = "method-of-ca.parameter.example"
        for methods, reason in ((["http-01"], "validation_method_mismatch"), (["http-01", "ca-tbr-7"], "issuer_authorized")):
            options = [word for label in methods for word in ("--validation-method", label)]
            (record,) = self.records(*options, stdin=method.encode())
            self.assertEqual(record["reason"], reason)

    def test_decide_for_another_purpose_and_without_parameters(self):
        self.start(scenario=RECORDS)
        names = "".join(f"{name}.mail.example\n" for name in ("mail-others", "account", "only-mail")) + "gone.nowhere\n"
        scanned = self.folder / "tls.ndjson"
        self.caascan("scan", *self.lab.options(), self.file("n", names), "-o", scanned)
        mail = self.folder / "mail.ndjson"
        self.caascan("decide", "--for", "smime", scanned, "-o", mail)
        direct = self.records("--for", "smime", stdin=names.encode())
        decided = [json.loads(line) for line in mail.read_text().splitlines()]
        pick = lambda records: sorted((r["name"], r["for"], r["outcome"], r["reason"], r["would_issue"]) for r in records)
        self.assertEqual(pick(decided), pick(direct))
        metadata = json.loads((self.folder / "mail.ndjson.meta.json").read_text())
        self.assertEqual(metadata["deciding"]["--for"], "smime")
        # Decided once more without --for, each is what it was.
        again = self.folder / "again.ndjson"
        self.caascan("decide", mail, "-o", again)
        self.assertEqual(again.read_text(), mail.read_text())
        self.assertEqual(json.loads((self.folder / "again.ndjson.meta.json").read_text())["deciding"]["--for"], "smime")
        back = self.folder / "back.ndjson"
        self.caascan("decide", "--for", "tls", mail, "-o", back)
        self.assertEqual(back.read_text(), scanned.read_text())
        both = self.caascan("decide", "--parameters", "both", "--account-uri", "urn:x", mail)
        found = {record["name"]: record.get("parameters") for record in map(json.loads, both.stdout.splitlines())}
        self.assertEqual(found["account.mail.example"], {"enforce": "deny", "ignore": "permit"})
        self.assertEqual(found["only-mail.mail.example"], {"enforce": "permit", "ignore": "permit"})
        self.assertIsNone(found["gone.nowhere"])
        self.assertIn("1 turn when parameters are enforced", both.stderr.decode())
        ignored = self.caascan("decide", "--parameters", "ignore", "--account-uri", "urn:x", mail)
        reasons = {record["name"]: record["reason"] for record in map(json.loads, ignored.stdout.splitlines())}
        self.assertEqual(reasons["account.mail.example"], "issuer_authorized")

    def test_resume_tells_purposes_apart(self):
        self.start(scenario=RECORDS)
        lines = [{"name": "mark.mail.example", "for": purpose} for purpose in ("tls", "smime", "mark", "smime")]
        names = self.file("n.ndjson", "".join(json.dumps(line) + "\n" for line in lines))
        out = self.folder / "out.ndjson"
        self.caascan("scan", *self.lab.options(), names, "-o", out)
        whole = sorted(json.loads(line)["reason"] for line in out.read_text().splitlines())
        self.assertEqual(whole, ["issuer_authorized", "issuer_authorized", "issuer_not_authorized", "no_issue_property"])
        kept = [line for line in out.read_text().splitlines(keepends=True) if '"for":"smime"' in line][:1]
        out.write_text("".join(kept))
        self.caascan("scan", *self.lab.options(), names, "-o", out, "--resume")
        self.assertEqual(sorted(json.loads(line)["reason"] for line in out.read_text().splitlines()), whole)
        done = self.caascan("scan", *self.lab.options(), "--for", "mark", names, "-o", out, "--resume", code=2)
        self.assert_one_clear_line(done, "--for: tls and mark")

    def test_report_by_purpose_and_parameter(self):
        self.start(scenario=RECORDS, port=PORT + 1)
        names = "".join(f"{name}.mail.example\n" for name in ("mail-others", "account", "only-mail", "account-twice"))
        out = self.folder / "out.ndjson"
        self.caascan("scan", *self.lab.options(), "--for", "smime", self.file("n", names), "-o", out)
        report = json.loads(self.caascan("report", "--format", "json", out).stdout)
        issuers = {row["issuer"]: (row["issue"], row["issuemail"]) for row in report["issuers"]["rows"]}
        self.assertEqual(issuers, {"letsencrypt.org": (0, 3), "digicert.com": (0, 1)})
        (row,) = report["parameters"]["rows"]
        self.assertEqual([row[key] for key in ("issuer", "names", "accounturi", "validationmethods", "nobody")],
                         ["letsencrypt.org", 2, 2, 0, 1])
        (row,) = report["purposes"]["rows"]
        self.assertEqual((row["purpose"], row["names"]), ("smime", 4))
        self.assertIn("issuemail", self.caascan("report", out).stdout.decode())


if __name__ == "__main__":
    harness.main()
