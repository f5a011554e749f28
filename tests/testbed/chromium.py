"""A headless Chromium of the test's own, with a new profile, that is shown pages through its DevTools protocol."""

import json
import shutil
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Literal

from aiohttp import ClientSession, ClientWebSocketResponse

from tests.testbed.missing import MissingPartError
from tests.testbed.process import Process, Program

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60
STOP_SECONDS = 10
LARGEST_MESSAGE = 64 * 1024 * 1024
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
    *("--remote-debugging-port=0", "about:blank"),
)
Scheme = Literal["light", "dark"]


class Chromium:
    """The browser, from `start` to `close`; everything it writes is in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: Process | None = None
        self._port = 0

    def start(self) -> None:
        """Start it and return once it can be spoken to; MissingPartError where the machine has none."""
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            raise MissingPartError("install Chromium (Debian: chromium)")
        profile = self._folder / "profile"
        profile.mkdir(parents=True)
        told = profile / "DevToolsActivePort"
        self._process = Process(
            Program(
                command=[program, *FLAGS, f"--user-data-dir={profile}"],
                folder=self._folder,
                log=self._folder / "chromium.log",
            )
        )
        self._process.wait_until_ready("Chromium", lambda: told.exists() and "\n" in told.read_text(), within=SECONDS)
        self._port = int(told.read_text().splitlines()[0])

    def close(self) -> None:
        if self._process is not None:
            self._process.stop(within=STOP_SECONDS)

    @asynccontextmanager
    async def tab(self) -> AsyncIterator["Tab"]:
        """A tab of its own, empty."""
        async with ClientSession(f"http://127.0.0.1:{self._port}") as session:
            async with session.put("/json/new?about:blank") as answer:
                address = (await answer.json(content_type=None))["webSocketDebuggerUrl"]
            async with session.ws_connect(address, max_msg_size=LARGEST_MESSAGE) as socket:
                tab = Tab(socket)
                await tab.ask("Network.enable")
                await tab.ask("Log.enable")
                await tab.ask("Runtime.enable")
                yield tab


class Tab:
    """One page in the browser. `requests` are the addresses it asked for, `complaints` what its console tells."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []

    async def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """One question of the protocol and its answer; what happens meanwhile is noted."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            told = await self._socket.receive_json(timeout=SECONDS)
            if told.get("id") == number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']}")
                answer: dict[str, Any] = told["result"]
                return answer
            self._note(told["method"], told["params"])

    async def look(self, *, width: int, height: int, scheme: Scheme) -> None:
        """Be a screen of this size that prefers this scheme."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < height
        )
        await self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def open(self, url: str) -> None:
        """Go there; returns once all of it is loaded."""
        await self.ask("Page.navigate", url=url)
        await self.until(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url)})")

    async def run(self, script: str) -> Any:
        """The value of an expression in the page, its promise awaited; RuntimeError where it throws."""
        answer = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    async def until(self, condition: str) -> None:
        """Return once the expression is true in the page; TimeoutError tells which one never was."""
        script = f"""new Promise((resolve) => {{
            const end = Date.now() + {SECONDS * 1000 // 2};
            const look = () => ({condition}) ? resolve(true) : Date.now() > end ? resolve(false) : setTimeout(look, 50);
            look();
        }})"""
        if not await self.run(script):
            raise TimeoutError(f"never so: {condition}")

    async def picture(self) -> bytes:
        """All of the page, as a PNG."""
        answer = await self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return b64decode(answer["data"])

    def _note(self, method: str, told: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(told["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(told["exceptionDetails"]))
            case _:
                pass
