"""caascan report --format html in a headless Chromium: it is walked through by links, keys and searches, complains of nothing,
asks the network for nothing, and shows strangers' markup as text."""

import base64
import hashlib
import json
import re
import unittest

import harness
from browser import Browser
from harness import CAASCAN

XSS = "<script>document.title='pwned'</script><img src=x onerror=\\\"document.title='pwned'\\\">\\\"'&amp;\\u202e\\u0007"
EVERY_TABLE = 700  # Operators, servers and top-level domains of the wide report.
AXE = harness.SOURCE / ".cache" / "axe" / "node_modules" / "axe-core" / "axe.min.js"


def record(name, outcome, reason, more=""):
    return (f'{{"name":"{name}","outcome":"{outcome}","reason":"{reason}","may_issue":{str(outcome == "permit").lower()},'
            f'"dnssec":"insecure","queries":2,"retries":0,"elapsed_ms":10.5,"time":"2026-11-22T08:00:00.000Z"{more}}}\n')


def records():
    """Forty top-level domains, the i-th of i + 1 names, every third of which failed; and one hostile record."""
    for tld in range(40):
        for i in range(tld + 1):
            failed = i % 3 == 2
            yield record(f"n{i}.tld{tld:02}", "lame" if failed else "permit", "refused" if failed else "no_caa",
                         f',"operator":"Operator {tld % 5}"')
    yield record(
        "evil.example", "deny", "issuer_not_authorized",
        f',"caa":{{"owner":"evil.example","ttl":1,"records":[{{"flags":0,"tag":"{XSS}","value":"ca.test"}}]}}'
        f',"operator":"{XSS}","findings":[{{"code":"{XSS}","host":"{XSS}","address":"{XSS}"}}]'
        f',"decisions":{{"{XSS}":"deny"}}')


def wide_records():
    """Many operators, each of whose servers refuses some names and has a finding; and signed names with faults."""
    for i in range(EVERY_TABLE):
        for j in range(12):
            name, server = f"n{j}.zone{i}.tld{i}", f'{{"host":"ns.host{i}.example","address":"2001:db8::{i:x}"'
            if j * EVERY_TABLE >= i * 12:
                yield record(name, "permit", "no_caa", f',"operator":"host{i}.example"')
            else:
                yield record(name, ("lame", "servfail", "timeout")[i % 3], ("refused", "servfail", "no_response")[i % 3],
                             f',"operator":"host{i}.example","servers":[{server},"result":"refused"}}]'
                             f',"findings":[{{"code":"lame_refused",{server[1:]}}}]')
    for i, code in enumerate(("dnssec_signature_expired", "dnssec_ds_mismatch", "dnssec_denial_missing")):
        yield record(f"bogus{i}.example", "servfail", "dnssec_bogus", f',"findings":[{{"code":"{code}"}}]').replace("insecure", "bogus")


class HtmlReport(harness.Case):

    def make(self, text, *options):
        path = self.folder / "report.html"
        done = self.run_program(CAASCAN, "report", "--format", "html", "-o", path, *options, stdin=text)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return path

    def browser(self, *options):
        browser = Browser(self.folder, *options)
        self.addCleanup(browser.stop)
        return browser

    def shown(self, text, *options):
        """The page of these records in a browser, when its scripts have opened the data."""
        page = self.browser(*options)
        page.open(self.make(text))
        page.wait("document.documentElement.classList.contains('walk')")
        return page

    def assert_quiet(self, page):
        self.assertEqual(page.log, [])
        self.assertEqual([url for url in page.requests if not url.startswith("file:")], [])

    def go(self, page, address):
        """Follows a link to an address behind #."""
        page.evaluate(f"(() => {{ const a = document.createElement('a'); a.href = {json.dumps(address)}; a.textContent = 'x';"
                      "document.body.append(a); a.click(); a.remove(); })()")
        page.wait(f"here === {json.dumps(address[1:])}")

    def heading(self, page):
        return page.evaluate("document.querySelector(page.hidden ? '#overview h1' : '#page h1').textContent")

    def test_the_policy_knows_style_and_scripts(self):
        page = self.make("".join(records())).read_text()
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
        self.assertIn("default-src 'none'", policy)
        for tag, count in (("style", 1), ("script", 3)):
            texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            self.assertEqual(len(texts), count)
            for text in texts:
                digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
                self.assertIn(f"'sha256-{digest}'", policy)
        self.assertNotIn("<script>document", page)

    def test_without_script_it_shows_the_first_rows(self):
        page = self.browser()
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.open(self.make("".join(wide_records())))
        page.call("Emulation.setScriptExecutionDisabled", value=False)
        self.assertEqual(page.evaluate("document.querySelectorAll('#operators tbody tr').length"), 50)
        self.assertIn(f"and {EVERY_TABLE - 50} more", page.evaluate("document.querySelector('#operators').textContent"))

    def test_it_sorts_in_full_and_searches_all_rows(self):
        page = self.shown("".join(wide_records()))
        self.assertEqual(page.evaluate("document.querySelectorAll('#operators tbody tr').length"), 10)
        self.go(page, "#operators")
        self.assertEqual(self.heading(page), "Operators")
        row = "document.querySelector('#page tbody tr').cells[0].textContent"
        status = "document.querySelector('#page .status').textContent"
        self.assertEqual(page.evaluate(status), f"Rows 1 to 50 of {EVERY_TABLE}.")
        page.evaluate("[...document.querySelectorAll('#page .pager button')].find(each => each.textContent == 'Next').click()")
        self.assertEqual(page.evaluate(status), f"Rows 51 to 100 of {EVERY_TABLE}.")
        head = "[...document.querySelectorAll('#page th button')].find(each => each.textContent == '{}')"
        page.evaluate(head.format("failed") + ".click()")
        self.assertEqual(page.evaluate(head.format("failed") + ".parentElement.getAttribute('aria-sort')"), "descending")
        self.assertEqual(page.evaluate(f"Number({row}.slice(4, -8)) > {EVERY_TABLE * 11 // 12}"), True)
        page.evaluate(head.format("operator") + ".click()")
        self.assertEqual(page.evaluate(row), "host0.example")
        # A row that no short table shows.
        page.evaluate("(() => { const input = document.querySelector('#page .view input'); input.value = 'HOST699';"
                      "input.dispatchEvent(new Event('input')); })()")
        self.assertEqual(page.evaluate("document.querySelectorAll('#page tbody tr').length"), 1)
        self.assertEqual(page.evaluate(row), "host699.example")
        # What was searched is there again on the way back.
        page.evaluate("document.querySelector('#page tbody a').click()")
        page.wait("here === 'operator/host699.example'")
        page.evaluate("history.back()")
        page.wait("here === 'operators'")
        self.assertEqual(page.evaluate(row), "host699.example")
        page.evaluate("history.back()")
        page.wait("here === ''")
        self.assertEqual(page.evaluate("document.querySelector('#overview').offsetHeight > 0 && page.hidden"), True)
        self.assert_quiet(page)

    def test_operators_findings_and_domains_have_pages(self):
        page = self.shown("".join(wide_records()))
        text = "document.querySelector('#page').textContent"
        self.go(page, "#operator/host699.example")
        told = page.evaluate(text)
        for part in ("host699.example", "servers", "2001:db8::2bb", "ns.host699.example", "lame_refused 12", "caascan report --operator 'host699.example'"):
            self.assertIn(part, told)
        letter = page.evaluate("document.querySelector('#page .letter').textContent")
        self.assertIn("To the operators of host699.example,", letter)
        self.assertIn("2001:db8::2bb  ns.host699.example", letter)
        # Names that show it: the first ones by name, in the page and in the letter.
        for part in ("Names that show it", "n0.zone699.tld699", "n1.zone699.tld699", "n10.zone699.tld699", "caascan check n0.zone699.tld699"):
            self.assertIn(part, told)
        self.assertNotIn("n2.zone699.tld699", told)
        self.assertIn("- n10.zone699.tld699  refused  ns.host699.example  2001:db8::2bb", letter)
        mail = page.evaluate("document.querySelector('#page a[href^=\"mailto:\"]').href")
        self.assertIn("host699.example", mail)
        self.go(page, "#code/lame_refused")
        told = page.evaluate(text)
        for part in ("meaning", "what to do", "who can act", "DNS provider"):
            self.assertIn(part, told)
        self.assertIn("n0.zone1.tld1", told)
        self.assertIn("of 699", page.evaluate("[...document.querySelectorAll('#page .status')].map(each => each.textContent).join()"))
        self.go(page, "#tld/tld698")
        self.assertIn("This is a top-level domain.", page.evaluate(text))
        self.go(page, "#tld/nonexistent")
        self.assertEqual(page.evaluate("page.hidden"), True)
        self.assert_quiet(page)

    def test_one_box_finds_whatever_has_a_page(self):
        page = self.shown("".join(wide_records()))
        page.evaluate("document.querySelector('#find').focus()")
        for letter in "tld69":
            page.call("Input.insertText", text=letter)
        page.wait("here === 'find/tld69'")
        found = page.evaluate("[...document.querySelectorAll('.found a')].map(each => each.textContent)")
        self.assertEqual(found[0], "tld69")
        self.assertEqual(sorted(found[1:]), [f"tld69{i}" for i in range(10)])
        # The keyboard alone: from the box to the first link, and in.
        self.press(page, "Tab")
        for _ in range(30):
            if page.evaluate("document.activeElement.textContent") == "tld69":
                break
            self.press(page, "Tab")
        self.press(page, "Enter")
        page.wait("here === 'tld/tld69'")
        self.assertEqual(page.evaluate("document.activeElement.textContent"), "tld69")
        page.evaluate("history.back()")
        page.wait("here === 'find/tld69'")
        self.assertEqual(page.evaluate("document.querySelectorAll('.found a').length"), 11)
        # Then a heading sorts, by a key.
        self.go(page, "#tlds")
        page.evaluate("document.querySelector('#page th button').focus()")
        self.press(page, "Enter")
        self.assertEqual(page.evaluate("document.querySelector('#page th').getAttribute('aria-sort')"), "ascending")
        self.assert_quiet(page)

    def press(self, page, key):
        code = {"Tab": 9, "Enter": 13}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        page.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **text)
        page.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def test_it_draws_and_the_drawings_fit(self):
        page = self.shown("".join(wide_records()))
        for width in (1200, 390):
            page.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=True)
            for kind in ("scatter", "stack", "curve", "bars", "chainTree"):
                page.wait(f"(document.querySelector('#overview .{kind} svg')?.getBoundingClientRect().right ?? 9999) <= {width}")
            # No letter is beyond the picture, nor wider than the screen.
            beyond = page.evaluate(
                "[...document.querySelectorAll('#overview svg')].flatMap(svg => { const box = svg.getBoundingClientRect();"
                "return [...svg.querySelectorAll('text')].filter(text => { const at = text.getBoundingClientRect();"
                "return at.left < box.left - 1 || at.right > box.right + 1 || at.bottom > box.bottom + 1; })"
                ".map(text => svg.getAttribute('aria-label') + ': ' + text.textContent); })")
            self.assertEqual(beyond, [], width)
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), width)
        # The response-time curve rises from left to right.
        points = page.evaluate("document.querySelector('#effort polyline').getAttribute('points')").split()
        heights = [float(point.split(",")[1]) for point in points]
        self.assertGreater(len(points), 50)
        self.assertEqual(heights, sorted(heights, reverse=True))
        # Labels on the worst lead to their pages.
        self.assertGreater(page.evaluate("document.querySelectorAll('#operators .scatter a').length"), 3)
        self.assertIn("dnssec_ds_mismatch", page.evaluate("document.querySelector('.chainTree').textContent"))

    def test_shares_over_time_are_drawn(self):
        store, page = str(self.folder / "caa.sqlite"), self.folder / "trend.html"
        for day in range(1, 5):
            lines = "".join(record(f"n{i}.example", *(("lame", "refused") if i < day * 9 else ("permit", "no_caa"))) for i in range(99))
            done = self.run_program(CAASCAN, "history", "add", store, "--date", f"2027-03-0{day}", stdin=lines)
            self.assertEqual(done.returncode, 0, done.stderr)
        done = self.run_program(CAASCAN, "history", "show", store, "--format", "html", "-o", page)
        self.assertEqual(done.returncode, 0, done.stderr)
        browser = self.browser()
        browser.open(page)
        browser.wait("document.querySelectorAll('.timeLines polyline.l0').length > 0")
        points = browser.evaluate("document.querySelector('.timeLines polyline.l0').getAttribute('points')").split()
        self.assertEqual(len(points), 4)
        self.assert_quiet(browser)

    def test_strangers_markup_is_text_and_nothing_is_asked_for(self):
        page = self.shown("".join(records()))
        for address in ("#", "#operators", "#findings", "#find/script"):
            self.go(page, address)
            self.assertIn("CAA scan report", page.evaluate("document.title"))
            self.assertEqual(page.evaluate("document.querySelectorAll('img, iframe, object, link').length"), 0)
            self.assertEqual(page.evaluate("document.scripts.length"), 4)
            self.assertIn("<script>document.title", page.evaluate("document.body.textContent"))
        page.evaluate("document.querySelector('.found a').click()")
        page.wait("here.startsWith('operator/')")
        self.assertTrue(self.heading(page).startswith("<script>document.title"))
        self.assertIn("\\u{202E}\\u{7}", self.heading(page))
        self.assertEqual(page.evaluate("/[\\u202e\\u0007]/.test(document.documentElement.outerHTML)"), False)
        self.assert_quiet(page)
        # And it asks for nothing even where it is made to.
        self.assertEqual(
            page.evaluate("fetch('http://127.0.0.1:1/').then(() => 'asked', error => 'refused')"), "refused")
        self.assertTrue(any("Content Security Policy" in line for line in page.log), page.log)

    def test_addresses_from_elsewhere_are_harmless(self):
        page = self.shown("".join(records()))
        for address in ("#operator/%E0%A4%A", "#__proto__/x", "#constructor", "#find/%00%ff", "#operator/", "#code/__proto__", "#" + "x" * 5000):
            page.evaluate(f"location.hash = {json.dumps(address)}")
            page.wait(f"here === location.hash.slice(1)")
            self.assertNotEqual(self.heading(page), "")
        self.assert_quiet(page)

    def test_it_fits_the_dark(self):
        page = self.shown("".join(records()))
        for scheme in ("light", "dark"):
            page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            ink, paper = json.loads(page.evaluate(
                "JSON.stringify([getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor])"))
            bright = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (ink, paper)]
            self.assertEqual(bright[0] < bright[1], scheme == "light", (scheme, ink, paper))

    def test_outcomes_differ_for_every_eye(self):
        """In CIELAB, as people with each kind of colour-blindness see them (Machado, Oliveira and Fernandes, 2009)."""
        page = self.shown("".join(records()))
        colours = json.loads(page.evaluate(
            "JSON.stringify(OUTCOMES.map(id => getComputedStyle(document.documentElement).getPropertyValue('--' + id).trim()))"))
        eyes = {"all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
                "protanopia": ((.152286, 1.052583, -.204868), (.114503, .786281, .099216), (-.003882, -.048116, 1.051998)),
                "deuteranopia": ((.367322, .860646, -.227968), (.280085, .672501, .047413), (-.011820, .042940, .968881)),
                "tritanopia": ((1.255528, -.076749, -.178779), (-.078411, .930809, .147602), (.004733, .691367, .303900))}

        def lab(colour, eye):
            rgb = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
            light = [c / 12.92 if c <= .04045 else ((c + .055) / 1.055)**2.4 for c in rgb]
            light = [min(1, max(0, sum(a * b for a, b in zip(row, light)))) for row in eye]
            xyz = [sum(a * b for a, b in zip(row, light)) for row in
                   ((.4339, .3762, .1899), (.2126, .7152, .0722), (.0178, .1098, .8731))]
            x, y, z = [c**(1 / 3) if c > .008856 else 7.787 * c + 16 / 116 for c in xyz]
            return 116 * y - 16, 500 * (x - y), 200 * (y - z)

        for name, eye in eyes.items():
            seen = [lab(colour, eye) for colour in colours]
            for i, one in enumerate(seen):
                for other in seen[:i]:
                    apart = sum((a - b)**2 for a, b in zip(one, other))**.5
                    self.assertGreater(apart, 12, (name, colours[i], colours[seen.index(other)]))

    def test_it_prints_what_matters(self):
        page = self.shown("".join(wide_records()))
        page.call("Emulation.setEmulatedMedia", media="print")
        for control in ("nav", "header", "#tlds input"):
            self.assertEqual(page.evaluate(f"getComputedStyle(document.querySelector('{control}')).display"), "none")
        self.assertEqual(page.evaluate("getComputedStyle(document.querySelector('#tlds .scroll')).overflowX"), "visible")
        pdf = base64.b64decode(page.call("Page.printToPDF")["data"])
        self.assertTrue(pdf.startswith(b"%PDF-"))
        self.assertLessEqual(len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)), 10)

    @unittest.skipUnless(AXE.is_file(), f"{AXE} is not there: scripts/setup --axe")
    def test_axe_finds_nothing(self):
        page = self.shown("".join(wide_records()) + "".join(records()))
        page.evaluate(AXE.read_text() + "; 0")
        for scheme in ("light", "dark"):
            page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            for address in ("#", "#operators", "#operator/host699.example", "#code/lame_refused", "#find/699"):
                self.go(page, address)
                found = page.evaluate("axe.run().then(found => JSON.stringify(found.violations.map("
                                      "each => [each.id, each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))])))")
                self.assertEqual(json.loads(found), [], (scheme, address))

    def test_a_big_report_stays_small(self):
        lines = (record(f"n{i}.t{i}", "lame", "refused",
                        f',"operator":"operator number {i}","servers":[{{"host":"ns{i}.host{i}.example",'
                        f'"address":"2001:db8::{i:x}","result":"refused"}}]') for i in range(5000))
        path = self.make("".join(lines))
        self.assertLess(path.stat().st_size, 700_000)


if __name__ == "__main__":
    harness.main()
