"""A headless Chromium, driven through the DevTools protocol over a pair of pipes."""

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import time

# Debian calls it chromium; others have other names.
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 60


def find():
    """The path of a Chromium; None where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One page of a Chromium. What the page's console says, and every error, is in `messages`."""

    def __init__(self, folder, size=(1600, 800)):
        here, commands = os.pipe()
        answers, there = os.pipe()
        # The protocol reads descriptor 3 and writes descriptor 4.
        line = f'exec "$0" "$@" 3<&{here} 4>&{there}'
        self.process = subprocess.Popen(
            [
                "bash",
                "-c",
                line,
                find(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--remote-debugging-pipe",
                f"--user-data-dir={folder}",
                "--no-first-run",
                "about:blank",
            ],
            pass_fds=(here, there),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(here)
        os.close(there)
        self.commands, self.answers = commands, answers
        self.numbers, self.rest, self.session = itertools.count(1), b"", None
        self.messages, self.requests = [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=size[0],
            height=size[1],
            deviceScaleFactor=1,
            mobile=False,
        )

    def close(self):
        """Ends the browser."""
        self.process.kill()
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)

    def call(self, method, **parameters):
        """The result of a command of the protocol."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next_message()
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']['message']}"
                return answer["result"]

    def next_message(self):
        """The next message, noted where it is an error or a request."""
        end = time.monotonic() + SECONDS
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.answers], [], [], max(0, end - time.monotonic()))
            piece = os.read(self.answers, 1 << 20) if ready else b""
            assert piece, "the browser says nothing"
            self.rest += piece
        text, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(text)
        event, parameters = message.get("method"), message.get("params", {})
        if event == "Runtime.exceptionThrown":
            self.messages.append(str(parameters["exceptionDetails"]))
        elif event == "Runtime.consoleAPICalled":
            self.messages.append(" ".join(str(part.get("value")) for part in parameters["args"]))
        elif event == "Log.entryAdded":
            self.messages.append(parameters["entry"]["text"])
        elif event == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        return message

    def open(self, path, fragment=""):
        """Opens a file and waits until it is there. A fragment alone would not load it anew."""
        self.call("Page.navigate", url="about:blank")
        self.requests.clear()
        self.call("Page.navigate", url=f"file://{path}{fragment}")
        self.wait("document.readyState === 'complete' && location.protocol === 'file:'")

    def value(self, expression):
        """What an expression of JavaScript is."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, f"{expression}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def wait(self, condition):
        """Waits until an expression is true."""
        end = time.monotonic() + SECONDS
        while not self.value(condition):
            assert time.monotonic() < end, f"never true: {condition}"
            time.sleep(0.02)

    def text(self, selector):
        """The text of an element, as it is seen."""
        return self.value(f"document.querySelector({json.dumps(selector)}).innerText")

    def click(self, selector):
        """Presses the left button in the middle of an element, as a user does."""
        x, y = self.value(
            f"(() => {{ const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        self.mouse("mousePressed", x, y)
        self.mouse("mouseReleased", x, y)

    def mouse(self, kind, x, y, **more):
        """An event of the mouse."""
        pressed = {} if kind in ("mouseMoved", "mouseWheel") else {"button": "left", "clickCount": 1}
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **{**pressed, **more})

    def type(self, text):
        """Types into the element that has the focus."""
        self.call("Input.insertText", text=text)

    def key(self, name):
        """Presses a key."""
        text = {"text": "\r"} if name == "Enter" else {"text": name} if len(name) == 1 else {}
        codes = {"Enter": 13, "Escape": 27}
        self.call(
            "Input.dispatchKeyEvent",
            type="keyDown",
            key=name,
            windowsVirtualKeyCode=codes.get(name, 0),
            **text,
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", key=name)

    def theme(self, name):
        """Makes the page `light` or `dark`."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def screenshot(self, path):
        """Writes a picture (PNG) of what is seen."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
