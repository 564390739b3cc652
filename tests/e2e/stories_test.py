"""Twelve stories that end with a certificate refused, or soon will, as caascan check tells them to a person: docs/check.md shows them.

With CAASCAN_WRITE_DOCS=1 the page is written anew."""

import os
import re
import signal
import subprocess
import time

import harness
from harness import CAASCAN, SOURCE
from lab import Lab

STORIES = str(SOURCE / "datasets" / "lab" / "stories.json")
PAGE = SOURCE / "docs" / "check.md"
INTRODUCTION = """# What `caascan check` tells

Twelve stories that end with a certificate refused, or soon will, each with the whole output of `caascan check`. They come
from the lab (`datasets/lab/stories.json`), and are written by `CAASCAN_WRITE_DOCS=1 tests/e2e/stories_test.py`, which is
also the test that the program still says so. The pictures are the tops of the pages that `caascan check --html FILE`
writes at the same time, and are made by `scripts/screenshots`.
"""
# Heading, words of the command, exit code, what must be said, and what the dig line must show.
STORIES_TOLD = (
    ("A dynamic-DNS zone whose DNSSEC fails on empty answers", ["home.dyn.example"], 3,
     ["home.dyn.example CAA +bogus +<== the chain breaks here", "dnssec_empty_answers_only",
      "To send to the DNS provider .dyn.example.\n +DNSSEC validates for the zone's records, but not for its empty answers"],
     None),
    ("A registrar's NS set that is not the hosted zone's: refused", ["bought.example"], 3,
     ["lame_refused", "so do all servers that the parent names: the NS set at the registrar is not the one of the hosted zone",
      "Compare the name servers entered at the registrar"],
     "status: REFUSED"),
    ("A registrar's NS set that is not the hosted zone's: an old copy", ["--ca", "DigiCert", "www.moved.example"], 3,
     ["an? older copy of the zone .SOA serial 2026112200. than those that only the zone names .SOA serial 2026112201.",
      "the NS set at the registrar is not the one of the hosted zone", "answers_differ", "To send to the registrar\n",
      "ns2.hoster.example 127.81.3.1 +answer"],
     "ns1.registrar.example"),
    ("A wildcard order blocked by a missing issuewild", ["*.shop.example"], 3,
     ["only issuewild records count for wildcards, and they name other CAs",
      '  for wildcards, since there are issuewild records:\n +shop.example. 3600 IN CAA 0 issuewild "letsencrypt.org"\n',
      "TYPE257", "in a panel: name shop.example, type CAA, flag 0, tag issuewild, value letsencrypt.org"],
     None),
    ("A provider that answers NOTIMP", ["old-software.example"], 3,
     ["notimp_on_caa", "unknown_types_rejected", "To send to the DNS provider", "please update the server software"],
     "status: NOTIMP"),
    ("A firewall that drops CAA", ["firewall.example"], 3,
     ["caa_dropped", "SOA answered behind each", "To send to the DNS provider", "let all query types pass"],
     "timed out|no servers could be reached"),
    ("A CDN behind an alias whose own delegation is wrong", ["www.front.example"], 3,
     ["www.front.example is an alias that leads to site-17.cdn.example, and there the look-up fails",
      "To send to the operator of the zone cdn.example", "dig .norec CAA site-17.cdn.example @127"],
     "status: REFUSED"),
    ("A load balancer that drops queries for the zone's keys", ["balancer.example"], 3,
     ["dnskey_dropped", "To send to the DNS provider .balancer.example."],
     None),
    ("One name that is broken, whatever the type", ["www.looped.example"], 3,
     ["name_broken", "To send to the"],
     "status: SERVFAIL"),
    ("Name servers whose domain has lapsed", ["lapsed.example"], 3,
     ["server_domain_unregistered", "someone else can register that domain", "To send to the domain owner"],
     None),
    ("A resolver that is down", ["--resolver", "127.0.0.1:5399", "www.example.com"], 1,
     ["The look-up gives no result for www.example.com", "resolver_down", "No name server is to blame"],
     None),
    ("Signatures that end soon", ["fading.example"], 0,
     ["dnssec_expiring", "Let's Encrypt may issue for fading.example"],
     None),
    ("One missing name server among good ones", ["one-short.example"], 0,
     ["server_domain_unregistered", "ns3.gone.example +unresolved", "To the domain owner"],
     None),
)

# Whose pages are shown beside the text: all of them.
PICTURED = tuple(words[-1] for _, words, *_ in STORIES_TOLD)


def picture(name):
    """Of the story whose command ends so: the file's name, without what a shell or a link would take for something else."""
    return f"check-{name.replace('*', '_')}.png"


def unwrapped(text):
    """On one line, so that a phrase is found wherever it was broken."""
    return " ".join(text.split())


class Stories(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder, STORIES, port=53)
        self.addCleanup(self.lab.stop)

    def check(self, *words):
        done = self.run_program(CAASCAN, "check", *self.lab.options(), "--timeout", "500", *words)
        return done.returncode, done.stdout.decode()

    def test_each_is_told(self):
        page = INTRODUCTION
        for heading, words, exit_code, phrases, shown in STORIES_TOLD:
            with self.subTest(story=heading):
                code, text = self.check(*words)
                self.assertEqual(code, exit_code, text)
                self.assertLess(text.count("\n"), 100, text)
                for phrase in phrases:
                    self.assertRegex(text + unwrapped(text), re.compile(phrase, re.IGNORECASE))
                if shown:
                    self.see_it(text, shown)
                command = " ".join(f"'{word}'" if "*" in word else word for word in words)
                page += f"\n## {heading}\n\n```text\n$ caascan check {command}\n{text}```\n"
                if words[-1] in PICTURED:
                    page += f"\n![The HTML page of {words[-1]}](images/{picture(words[-1])})\n"
        if os.environ.get("CAASCAN_WRITE_DOCS") == "1":
            PAGE.write_text(page)
        for name in PICTURED:
            self.assertTrue((PAGE.parent / "images" / picture(name)).is_file(), f"run scripts/screenshots {name}")
        # Serials of keys, times and the order of servers differ; what stands at the margin does not.
        self.assertEqual(self.margin(PAGE.read_text()), self.margin(page), "write docs/check.md anew")

    @staticmethod
    def margin(page):
        return [line for line in page.splitlines() if line and line[0] not in " \t"]

    def see_it(self, text, shown):
        """The lines for dig and drill can be run as they are, and show it."""
        for tool, quick in (("dig", "dig +time=1 +tries=1 "), ("drill", "drill ")):
            line = re.search(rf"^  {tool} (.*)$", text, re.MULTILINE)
            self.assertIsNotNone(line, text)
            if tool == "drill" and "timed out" in shown:
                continue  # It waits for half a minute.
            done = subprocess.run(["bash", "-c", quick + line[1]], capture_output=True, text=True, timeout=60, check=False)
            self.assertRegex((done.stdout + done.stderr).replace("rcode:", "status:"), shown)

    def test_after_a_failure_the_ca_may_refuse_all_the_same(self):
        code, text = self.check("bought.example")
        self.assertEqual(code, 3)
        self.assertIn("Let's Encrypt will refuse; a CA that uses the exception", unwrapped(text))
        self.assertIn("DNS problem: SERVFAIL looking up CAA for bought.example", unwrapped(text))
        code, text = self.check("--on-failure", "baseline", "bought.example")
        self.assertEqual(code, 0)
        self.assertIn("may treat that as permission", unwrapped(text))
        code, text = self.check("--ca", "Sectigo", "bought.example")
        self.assertEqual(code, 3)
        self.assertIn("Expect Sectigo to refuse", unwrapped(text))
        self.assertNotIn("DNS problem:", text)

    def watch(self, *words, stop_after=None):
        """A check whose standard error is a terminal: its exit code, what it showed there, and how long it took."""
        terminal, its_side = os.openpty()
        began = time.monotonic()
        check = subprocess.Popen([CAASCAN, "check", *self.lab.options(), *words], stdout=subprocess.PIPE, stderr=its_side)
        self.addCleanup(check.kill)
        os.close(its_side)
        if stop_after is not None:
            time.sleep(stop_after)
            check.send_signal(signal.SIGINT)
            began = time.monotonic()
        check.communicate(timeout=harness.PATIENCE_S)
        took = time.monotonic() - began
        shown = b""
        try:
            while chunk := os.read(terminal, 65536):
                shown += chunk
        except OSError:  # The other side is closed.
            pass
        os.close(terminal)
        return check.returncode, shown.decode(), took

    def test_it_says_what_it_waits_for(self):
        code, shown, took = self.watch("firewall.example")
        self.assertEqual(code, 3)
        self.assertRegex(shown, r"\d s, \d+ quer(y|ies): waiting for CAA firewall.example at 127\.")
        self.assertTrue(shown.endswith("\r\x1b[K"), repr(shown[-60:]))  # Nothing of it stays.
        self.assertLess(took, 9)  # 6 s are wanted, on a machine with nothing else to do.

    def test_four_silent_servers_are_waited_for_together(self):
        code, shown, took = self.watch("unplugged.example")
        self.assertEqual(code, 3)
        self.assertRegex(shown, r"waiting for SOA unplugged.example at 127\.")
        self.assertLess(took, 8)  # 5 s on a machine with nothing else to do; one after the other, 11 s.

    def test_it_stops_at_once(self):
        code, shown, took = self.watch("firewall.example", stop_after=1)
        self.assertEqual(code, 130)
        self.assertIn("stopping: what is being looked up is given back", shown)
        self.assertLess(took, 2)

    def test_markdown_and_colour(self):
        _, text = self.check("--markdown", "bought.example")
        self.assertTrue(text.startswith("## The CAA records of bought.example"), text)
        self.assertEqual(text.count("```") % 2, 0)
        # A pipe is no terminal; script(1) makes one.
        self.assertNotIn("\x1b", self.check("bought.example")[1])
        command = " ".join([CAASCAN, "check", *self.lab.options(), "--timeout", "500", "shop.example", "2>/dev/null"])
        environment = dict(os.environ, TERM="xterm")
        done = subprocess.run(["script", "-qec", command, "/dev/null"], capture_output=True, text=True, env=environment,
                              timeout=60, check=False)
        self.assertIn("\x1b[1;32mLet's Encrypt may issue for shop.example", done.stdout)
        done = subprocess.run(["script", "-qec", command, "/dev/null"], capture_output=True, text=True,
                              env=dict(environment, NO_COLOR="1"), timeout=60, check=False)
        self.assertIn("Let's Encrypt may issue", done.stdout)
        self.assertNotIn("\x1b", done.stdout)


if __name__ == "__main__":
    harness.main()
