"""A headless Chromium, driven over its DevTools pipe: no port, no library."""

import json
import os
import select
import subprocess
import time

from harness import PATIENCE_S


class Browser:
    """One page of a browser of its own. `log` holds what its console and its security policy complained of,
    `requests` every URL it asked for."""

    def __init__(self, folder, *options):
        to_child, self._out = os.pipe()
        self._in, from_child = os.pipe()
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", f"--user-data-dir={folder}/profile",
                   "--remote-debugging-pipe", *options, "about:blank"]

        def take_pipes():
            # DevTools reads descriptor 3 and writes descriptor 4.
            os.dup2(os.dup2(to_child, 20), 3)
            os.dup2(os.dup2(from_child, 21), 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)

        with open(f"{folder}/browser.log", "wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=take_pipes, close_fds=False)
        os.close(to_child)
        os.close(from_child)
        self._buffer, self._next, self._session = b"", 0, None
        self.log, self.requests, self._loaded = [], [], False
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def _read(self, deadline):
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError("the browser does not answer")
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise AssertionError("the browser ended")
            self._buffer += piece
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def _note(self, event):
        what, values = event.get("method"), event.get("params", {})
        if what == "Page.loadEventFired":
            self._loaded = True
        elif what == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif what == "Log.entryAdded":
            self.log.append(values["entry"]["text"])
        elif what == "Runtime.exceptionThrown":
            self.log.append(values["exceptionDetails"]["text"])
        elif what == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning", "assert"):
            self.log.append(str(values["args"]))

    def call(self, method, **values):
        self._next += 1
        message = {"id": self._next, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = self._read(deadline)
            if answer.get("id") == self._next:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def open(self, path):
        """Shows a file and waits until it is loaded."""
        self.visit(f"file://{path}")

    def visit(self, url):
        """Shows what is at a URL and waits until it is loaded."""
        self._loaded = False
        self.call("Page.navigate", url=url)
        self._wait_for_load()

    def press(self, key, text=""):
        """A key of the keyboard, such as Tab; Enter has the text "\\r"."""
        for kind in ("keyDown", "keyUp"):
            code = {"Enter": 13, "Tab": 9, " ": 32}.get(key, 0)
            self.call("Input.dispatchKeyEvent", type=kind, key=key, text=text if kind == "keyDown" else "",
                      windowsVirtualKeyCode=code)

    def type(self, text):
        """Text into what has the focus."""
        self.call("Input.insertText", text=text)

    def wait_for_load(self, act):
        """Calls `act`, which leads to another page, and waits until that is loaded."""
        self._loaded = False
        act()
        self._wait_for_load()

    def _wait_for_load(self):
        deadline = time.monotonic() + PATIENCE_S
        while not self._loaded:
            self._note(self._read(deadline))

    def evaluate(self, expression):
        """The value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression):
        """Until a JavaScript expression is true."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise AssertionError(f"never: {expression}")
            time.sleep(0.02)

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=PATIENCE_S)
        os.close(self._out)
        os.close(self._in)
