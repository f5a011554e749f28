"""What the port for probes shows."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from aiohttp import ClientSession
from prometheus_client import CollectorRegistry, Counter, Metric
from prometheus_client.openmetrics import parser

from consumer.adapters.web import Page, Views, WebPort, port
from tests.contracts.a_page import HEADLINE, a_page


@dataclass
class Service:
    """What the views look at."""

    live: bool = True
    ready: bool = False
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)


def parsed(text: str) -> Iterable[Metric]:
    families: Iterable[Metric] = parser.text_string_to_metric_families(text)  # type: ignore[no-untyped-call] # untyped there
    return families


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[ClientSession]:
    views = Views(
        live=lambda: (service.live, {"poll_age": 0.5}),
        ready=lambda: (service.ready, {"reason": "no assignment yet"}),
        status=lambda: {"phase": "starting"},
        page=a_page,
        registry=service.registry,
    )
    port = WebPort(views)
    number = await port.start("127.0.0.1", 0)
    async with ClientSession(f"http://127.0.0.1:{number}") as session:
        yield session
    await port.stop()


async def test_the_probes_answer_with_what_they_looked_at(client: ClientSession, service: Service) -> None:
    async with client.get("/livez") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True, "poll_age": 0.5})
    async with client.get("/readyz") as answer:
        assert (answer.status, await answer.json()) == (503, {"ok": False, "reason": "no assignment yet"})

    service.live, service.ready = False, True

    async with client.get("/livez") as answer:
        assert answer.status == 503
    async with client.get("/readyz") as answer:
        assert answer.status == 200


async def test_the_status_is_json(client: ClientSession) -> None:
    async with client.get("/status") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        assert await answer.json() == {"phase": "starting"}


async def test_the_page_for_people_is_html_that_no_browser_keeps_or_frames(client: ClientSession) -> None:
    async with client.get("/") as answer:
        assert (answer.status, answer.content_type, answer.charset) == (200, "text/html", "utf-8")
        assert HEADLINE.sentence in await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/livez", "/status", "/metrics", "/nowhere"])
async def test_nothing_sets_a_cookie_or_lets_a_browser_guess(client: ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_all_who_look_at_the_page_at_once_are_shown_the_same_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Page] = []

    def look() -> Page:
        made.append(a_page())
        return made[-1]

    monkeypatch.setattr(port, "time", SimpleNamespace(monotonic=lambda: 0.0))
    views = Views(
        live=lambda: (True, {}), ready=lambda: (True, {}), status=dict, page=look, registry=CollectorRegistry()
    )
    web = WebPort(views)
    number = await web.start("127.0.0.1", 0)
    async with ClientSession(f"http://127.0.0.1:{number}") as session:
        for _ in range(3):
            async with session.get("/") as answer:
                assert answer.status == 200
    await web.stop()

    assert len(made) == 1


@pytest.mark.parametrize("path", ["/metrics/", "/status/x", "/favicon.ico", "/livez%2F..%2Fmetrics"])
async def test_nothing_else_is_there(client: ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz", "/status", "/metrics"])
async def test_the_port_can_only_be_read(client: ClientSession, path: str) -> None:
    async with client.get(path) as read, client.head(path) as head:
        assert head.status == read.status
        assert await head.read() == b""
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        async with client.request(method, path) as answer:
            assert answer.status == 405


async def test_metrics_come_as_text_and_as_openmetrics_with_exemplars(client: ClientSession, service: Service) -> None:
    Counter("seen", "Seen.", registry=service.registry).inc(2, {"trace_id": "abc"})

    async with client.get("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert "seen_total 2.0\n" in await answer.text()
    async with client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}) as answer:
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        families = {family.name: family for family in parsed(await answer.text())}
    exemplar = families["seen"].samples[0].exemplar
    assert exemplar is not None
    assert exemplar.labels == {"trace_id": "abc"}


async def test_metrics_are_compressed_for_those_who_take_it(client: ClientSession, service: Service) -> None:
    Counter("seen", "Seen.", registry=service.registry)

    for taken in ("gzip", "identity"):
        async with client.get("/metrics", headers={"Accept-Encoding": taken}) as answer:
            assert answer.headers.get("Content-Encoding", "identity") == taken
            assert "seen_total 0.0\n" in await answer.text()


async def test_a_taken_port_is_refused(client: ClientSession, service: Service) -> None:
    base = client._base_url
    assert base is not None
    views = Views(
        live=lambda: (True, {}), ready=lambda: (True, {}), status=dict, page=a_page, registry=service.registry
    )
    second = WebPort(views)

    with pytest.raises(OSError, match="in use"):
        await second.start("127.0.0.1", base.port or 0)
    await second.stop()
