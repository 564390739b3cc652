"""caascan check --html in a headless Chromium: it loads without a complaint and without the network, fits a phone, copies
letters, prints, and shows strangers' markup as text."""

import base64
import hashlib
import json
import os
import re

import harness
from browser import Browser
from harness import CAASCAN
from lab import Lab
from stories_test import STORIES

EVIL_NAME = "<script>document.title='pwned'</script>\u202e\"'&lt;.example"
HOSTILE = {
    "zones": [
        {"zone": ".", "servers": [{"host": "a.root-servers.test.", "addresses": ["127.0.1.1"]}]},
        {"zone": "example", "servers": [{"host": "a.nic.example.", "addresses": ["127.0.2.1"]}]},
        {"zone": "evil.example", "servers": [{"host": "ns", "addresses": ["127.80.1.1"]}],
         "records": ["@ CAA 0 issue \"<script>document.title='pwned'</script>\"",
                     "@ CAA 0 issue \"\\\"'><img src=x onerror=document.title='pwned'>\\226\\128\\174\""]}]}


class CheckHtml(harness.Case):

    def make(self, *words, scenario=STORIES, expected=3):
        """The path of the page, and what standard output had."""
        lab = Lab(self.folder, scenario, port=53)
        path = self.folder / "check.html"
        done = self.run_program(CAASCAN, "check", *lab.options(), "--timeout", "500", "--html", path, *words)
        lab.stop()
        self.assertEqual(done.returncode, expected, done.stderr.decode())
        return path, done.stdout.decode()

    def browser(self, *options):
        browser = Browser(self.folder, *options)
        self.addCleanup(browser.stop)
        return browser

    def assert_quiet(self, page):
        self.assertEqual(page.log, [])
        self.assertEqual([url for url in page.requests if not url.startswith("file:")], [])

    def test_it_tells_what_the_text_tells_and_the_policy_knows_all_of_it(self):
        path, text = self.make("www.moved.example", "*.shop.example")
        self.assertTrue(text.startswith("Let's Encrypt may issue for www.moved.example")
                        or text.startswith("For www.moved.example"), text)
        page = path.read_text()
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
        self.assertIn("default-src 'none'", policy)
        for tag, count in (("style", 2), ("script", 1)):
            texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            self.assertEqual(len(texts), count)
            for each in texts:
                digest = base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()
                self.assertIn(f"'sha256-{digest}'", policy)
        shown = self.browser()
        shown.open(path)
        loading = ("[...document.querySelectorAll('*')].flatMap(each => [...each.attributes])"
                   ".filter(each => /^(on|style$|src$)/.test(each.name) || (each.name == 'href' && each.value[0] != '#'))"
                   ".map(each => each.name).join()")
        self.assertEqual(shown.evaluate(loading), "")
        self.assert_quiet(shown)
        told = shown.evaluate("document.body.textContent")
        for line in re.findall(r"^  ((?:dig|drill) .*|\w+\.example\. 3600 .*)$", text, re.MULTILINE):
            self.assertIn(line, told)
        self.assertEqual(shown.evaluate("document.querySelectorAll('section svg.trust').length"), 2)
        sides = shown.evaluate("document.querySelector('.sides').textContent")
        self.assertRegex(sides, r"At the parent\s+ns1.registrar.example\s+ns2.registrar.example\s+In the zone, at ns\d."
                                r"registrar.example \(127.8\d.2.1\)\s+ns1.hoster.example\s+ns2.hoster.example")
        # Words beside the colours, and a name and a description for who does not see it.
        words = shown.evaluate("document.querySelector('svg.trust').textContent")
        for word in ("\u2713 secure", "\u2013 insecure", "\u2717 depends on which server", "answers_differ", "delegation_mismatch"):
            self.assertIn(word, words)
        described = shown.evaluate("document.getElementById(document.querySelector('svg.trust')"
                                   ".getAttribute('aria-describedby')).textContent")
        self.assertIn("Server ns1.hoster.example 127.80.3.1: answer.", described)

    def test_it_fits_a_phone_and_the_dark(self):
        path, _ = self.make("www.moved.example", "*.shop.example")
        page = self.browser()
        for scheme in ("light", "dark"):
            page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            page.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=1, mobile=True)
            page.open(path)
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), 360)
            wide = ("[...document.querySelectorAll('body *')].filter(each => !each.closest('svg') && "
                    "each.getBoundingClientRect().right > 360).map(each => each.tagName).join()")
            self.assertEqual(page.evaluate(wide), "")
            ink, paper = json.loads(page.evaluate(
                "JSON.stringify([getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor])"))
            bright = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (ink, paper)]
            self.assertEqual(bright[0] < bright[1], scheme == "light", (scheme, ink, paper))
            # What the browser's own font makes of the picture: no text leaves it or the box that it stands in.
            outside = ("[...document.querySelectorAll('svg.trust text')].filter(text => {"
                       "const box = text.getBBox(), all = text.ownerSVGElement.viewBox.baseVal;"
                       "return box.x < 0 || box.x + box.width > all.width || box.y + box.height > all.height;"
                       "}).map(text => text.textContent).join()")
            self.assertEqual(page.evaluate(outside), "")
            self.assert_quiet(page)

    def test_the_button_copies(self):
        path, _ = self.make("www.moved.example")
        page = self.browser()
        page.open(path)
        boxes = page.evaluate("document.querySelectorAll('pre.copy').length")
        self.assertGreaterEqual(boxes, 4)
        self.assertEqual(page.evaluate("document.querySelectorAll('.copier button').length"), boxes)
        page.evaluate("document.addEventListener('copy', () => { window.copied = getSelection().toString(); })")
        place = json.loads(page.evaluate(
            "(() => { const button = document.querySelector('[aria-label=\"Copy: letter to the registrar\"]');"
            "button.scrollIntoView({block: 'center'}); const box = button.getBoundingClientRect();"
            "return JSON.stringify([box.x + box.width / 2, box.y + box.height / 2]); })()"))
        for kind in ("mousePressed", "mouseReleased"):
            page.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)
        letter = page.evaluate("document.querySelector('pre[aria-label=\"letter to the registrar\"]').textContent")
        self.assertIn("The parent zone and the zone itself name different servers.", letter)
        self.assertEqual(page.evaluate("window.copied"), letter)
        self.assertEqual(page.evaluate("document.querySelectorAll('.copier').length"), boxes)
        self.assertIn("Copied", page.evaluate("[...document.querySelectorAll('[role=status]')].map(e => e.textContent).join()"))
        page.call("Browser.grantPermissions", permissions=["clipboardReadWrite"])
        self.assertEqual(page.evaluate("navigator.clipboard.readText()"), letter)
        self.assert_quiet(page)

    def test_without_scripts_and_on_paper_it_says_the_same(self):
        path, _ = self.make("www.moved.example")
        page = self.browser()
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.open(path)
        page.call("Emulation.setScriptExecutionDisabled", value=False)
        self.assertEqual(page.evaluate("document.querySelectorAll('button').length"), 0)
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('pre.letter')).userSelect"), "text")
        page.open(path)
        page.call("Emulation.setEmulatedMedia", media="print")
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('.copier')).display"), "none")
        self.assertTrue(base64.b64decode(page.call("Page.printToPDF")["data"]).startswith(b"%PDF-"))

    def test_strangers_markup_stays_text(self):
        scenario = self.file("hostile.json", json.dumps(HOSTILE))
        path, _ = self.make("evil.example", EVIL_NAME, scenario=scenario)
        page = self.browser("--window-size=360,800")
        page.open(path)
        self.assert_quiet(page)
        self.assertEqual(page.evaluate("document.title"), "CAA check of 2 names")
        self.assertEqual(page.evaluate("document.querySelectorAll('img, iframe, object, link').length"), 0)
        self.assertEqual(page.evaluate("document.scripts.length"), 1)
        told = page.evaluate("document.body.textContent")
        self.assertIn("<script>document.title='pwned'</script>", told)
        self.assertIn("onerror=document.title", told)
        self.assertNotIn("\u202e", path.read_text())

    def test_where_it_cannot_be_written_one_line_says_so(self):
        lab = Lab(self.folder, STORIES, port=53)
        self.addCleanup(lab.stop)
        output = self.folder / "both"
        for path, says in (("-", "the HTML page needs a file"), ("", "the HTML page needs a file"),
                           (self.folder, "it is a directory"), (self.folder / "none" / "x.html", "cannot write"),
                           (output, "standard output goes to")):
            with open(output, "wb") as out:
                done = self.run_program(CAASCAN, "check", *lab.options(), "--html", path, "shop.example", stdout=out)
            self.assertEqual(done.returncode, 2, (path, done.stderr))
            self.assertEqual(output.read_bytes(), b"")
            self.assertIn(says, done.stderr.decode())
            self.assertEqual(done.stderr.count(b"\n"), 1)
        # A full disk: the text is there all the same.
        done = self.run_program(CAASCAN, "check", *lab.options(), "--html", "/dev/full", "shop.example")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertTrue(done.stdout.startswith(b"Let's Encrypt may issue for shop.example"))
        # An older file is replaced, and what is printed does not change.
        page = self.folder / "page.html"
        page.write_text("old")
        done = self.run_program(CAASCAN, "check", *lab.options(), "--html", page, "--json", "shop.example")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["outcome"], "permit")
        self.assertTrue(page.read_text().startswith("<!DOCTYPE html>"))
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith(("page", ".page"))], ["page.html"])


if __name__ == "__main__":
    harness.main()
