"""The form and the page of caascan serve in a headless Chromium: by keyboard alone, without a complaint of the browser's."""

import json

import harness
from browser import Browser
from harness import CAASCAN
from lab import Lab
from service import PORT, Service

ROOT = f"http://127.0.0.1:{PORT}/"
WORLD = {
    "zones": [
        {"zone": ".", "servers": [{"host": "a.root-servers.test.", "addresses": ["127.0.1.1"]}]},
        {"zone": "example", "servers": [{"host": "a.nic.example.", "addresses": ["127.0.2.1"]}]},
        {"zone": "shop.example", "servers": [{"host": "ns", "addresses": ["127.80.1.1"]}],
         "records": ["@ CAA 0 issue \"ca.example\"",
                     "_validation-persist TXT \"ca.example; accounturi=https://ca.example/acct/1?x&y\""]}]}


class ServePage(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder, self.file("world.json", json.dumps(WORLD)))
        self.addCleanup(self.lab.stop)
        service = Service(self.folder, self.lab, "--timeout", "300", "--recheck", "0")
        self.addCleanup(service.stop)

    def browser(self, *options):
        browser = Browser(self.folder, *options)
        self.addCleanup(browser.stop)
        return browser

    def assert_quiet(self, page):
        # The icon is the browser's own idea.
        self.assertEqual([line for line in page.log if "404" not in line], [])
        self.assertEqual([url for url in page.requests if not url.startswith(ROOT)], [])

    @staticmethod
    def focus(page):
        return page.evaluate("document.activeElement.name || document.activeElement.tagName")

    def test_the_form_leads_to_the_page_by_keyboard_alone(self):
        page = self.browser()
        page.visit(ROOT)
        self.assertEqual(self.focus(page), "name")
        page.type("shop.example")
        page.press("Tab")
        self.assertEqual(self.focus(page), "ca")
        page.type("ca.example")
        for box in ("wildcard", "also"):
            page.press("Tab")
            self.assertEqual(self.focus(page), box)
        page.press(" ", " ")
        self.assertTrue(page.evaluate("document.activeElement.checked"))
        page.press("Tab")
        self.assertEqual(self.focus(page), "BUTTON")
        page.wait_for_load(lambda: page.press("Enter", "\r"))
        url = page.evaluate("location.href")
        self.assertEqual(url, ROOT + "check?name=shop.example&ca=ca.example&also=persist")
        text = page.evaluate("document.querySelector('main').innerText")
        self.assertIn("would issue", page.evaluate("document.querySelector('.verdict').textContent"))
        self.assertNotIn("would not", page.evaluate("document.querySelector('.verdict').textContent"))
        self.assertIn("_validation-persist.shop.example", text)
        self.assertIn("accounturi=https://ca.example/acct/1?x&y", text)
        self.assertIn("valid: A record validates control", text)
        self.assertGreater(page.evaluate("document.querySelectorAll('figure svg').length"), 0)
        page.wait_for_load(lambda: page.evaluate("history.back()"))
        self.assertEqual(page.evaluate("location.href"), ROOT)
        self.assert_quiet(page)

    def test_an_empty_form_stays_and_a_wildcard_is_asked_for(self):
        page = self.browser()
        page.visit(ROOT)
        page.press("Enter", "\r")
        self.assertEqual(page.evaluate("location.href"), ROOT)
        self.assertFalse(page.evaluate("document.getElementById('name').checkValidity()"))
        page.evaluate("document.getElementById('name').value = 'shop.example';"
                      "document.getElementsByName('wildcard')[0].checked = true")
        page.wait_for_load(lambda: page.press("Enter", "\r"))
        self.assertIn("*.shop.example", page.evaluate("document.querySelector('h2').textContent"))
        self.assertIn("would not issue", page.evaluate("document.querySelector('.verdict').textContent"))
        self.assertNotIn("_validation-persist", page.evaluate("document.querySelector('main').innerText"))
        self.assert_quiet(page)

    def test_they_fit_a_phone_and_the_dark(self):
        page = self.browser("--window-size=360,800", "--blink-settings=preferredColorScheme=0")
        for path in ("", "check?name=shop.example"):
            with self.subTest(path=path):
                page.visit(ROOT + path)
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"),
                                     page.evaluate("document.documentElement.clientWidth"))
                self.assertTrue(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))
                shade = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)")
                self.assertLess(sum(shade), 3 * 64)
        self.assert_quiet(page)

    def test_check_says_the_same_on_its_page_and_in_text(self):
        path = self.folder / "check.html"
        done = self.run_program(CAASCAN, "check", *self.lab.options(), "--ca", "ca.example", "--also", "persist", "--html", path,
                                "shop.example")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn('"ca.example; accounturi=https://ca.example/acct/1?x&y"\n    valid', done.stdout.decode())
        page = self.browser()
        page.open(path)
        self.assertIn("accounturi=https://ca.example/acct/1?x&y", page.evaluate("document.querySelector('main').innerText"))


if __name__ == "__main__":
    harness.main()
