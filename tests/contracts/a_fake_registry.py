"""A registry, and an issuer of tokens for it, that misbehave on request."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOT_FOUND = (404, json.dumps({"error_code": 40403, "message": "Schema 7 not found"}))


@dataclass
class FakeRegistry:
    """Answers each request with what stands under its method and path, or as a registry that knows nothing."""

    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    credentials: list[str | None] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """Of the last request."""
    gate: threading.Event = field(default_factory=threading.Event)
    """No answer is given before it is set."""
    url: str = ""

    def answer(self, request: str, credentials: str | None) -> tuple[int, str]:
        self.asked.append(request)
        self.credentials.append(credentials)
        self.gate.wait(5)
        return self.answers.get(request.partition("?")[0], NOT_FOUND)


@contextmanager
def a_fake_registry() -> Iterator[FakeRegistry]:
    """One that listens."""
    state = FakeRegistry()
    state.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            state.headers = dict(self.headers.items())
            status, text = state.answer(f"{self.command} {self.path}", self.headers.get("Authorization"))
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield state
        state.gate.set()
        server.shutdown()
        thread.join()
