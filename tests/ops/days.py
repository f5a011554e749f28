"""The releases of all drills side by side under one Prometheus: a good stretch, then to each what befalls it."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from ops.panel import Panel, Query
from ops.rows import RETURNS, ROWS
from tests.ops.drills import Drill
from tests.ops.prometheus import Prometheus
from tests.ops.release import Release, returns_coming
from tests.testbed.parts import Broker
from tests.testbed.waiting import wait_until

GOOD = 20
"""Scrapes, and so seconds."""
BAD = 75
"""As many as outlast the longest that a process may be silent before it counts as hanging."""
SECONDS = 120
HERE = {"$__rate_interval": "5m", "$job": ".+", "$instance": ".+", RETURNS: 'topic=~".+-returns"'}
"""What stands in the place of the dashboard's variables, and of the topic that each release has of its own."""
QUERIES = tuple((panel, query) for row in ROWS for panel in row.panels for query in panel.queries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was seen of one release: alerts that had fired before its bad day and after it; then how it was.

    The balance is of what was taken in and what is accounted for.
    """

    before: frozenset[str]
    fired: frozenset[str]
    live: int | None
    ready: int | None
    balance: tuple[float, float]
    page: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """All of it. A query is named by its panel and its legend."""

    releases: Mapping[str, Told]
    silent_when_good: frozenset[tuple[str, str]]
    silent_at_all: frozenset[tuple[str, str]]
    traces: frozenset[str]


def play(drills: Sequence[Drill], shared: Broker, mortal: Broker, folder: Path) -> Days:
    """Play all drills at once."""
    with ExitStack() as within:
        releases = [within.enter_context(_release(each, shared, mortal, folder)) for each in drills]
        for release in releases:
            release.instance.until_ready()
        prometheus = within.enter_context(Prometheus(folder / "prometheus", [each.target for each in releases]))
        with returns_coming(releases):
            _until_scraped(prometheus, GOOD)
            before, silent_when_good = prometheus.have_fired(), _silent(prometheus)
            for drill, release in zip(drills, releases, strict=True):
                drill.befalls(release)
            _until_scraped(prometheus, GOOD + BAD)
            _until_fired(prometheus, {each.name: frozenset(each.fires.split()) for each in drills})
            fired = prometheus.have_fired()
        told = {
            release.name: _told(drill, release, before[release.name], fired[release.name])
            for drill, release in zip(drills, releases, strict=True)
        }
        return Days(
            releases=told,
            silent_when_good=silent_when_good,
            silent_at_all=_silent(prometheus),
            traces=prometheus.traces("returns_event_to_outcome_seconds_bucket"),
        )


def _release(drill: Drill, shared: Broker, mortal: Broker, folder: Path) -> Release:
    broker = mortal if drill.own == "broker" else shared
    release = Release(drill.name, broker, folder / drill.name, drill.settings)
    if drill.own == "database":
        release.use_its_own_database()
    return release


def _until_scraped(prometheus: Prometheus, times: int) -> None:
    def enough() -> bool:
        return bool(prometheus.ask(f"min(count_over_time(up[1h])) >= {times}"))

    wait_until(enough, within=SECONDS, what=f"{times} scrapes of each release")


def _until_fired(prometheus: Prometheus, alerts: Mapping[str, frozenset[str]]) -> None:
    """Those that never do are the tests' to tell."""

    def all_fired() -> bool:
        fired = prometheus.have_fired()
        return all(fired[release] >= due for release, due in alerts.items())

    with suppress(TimeoutError):
        wait_until(all_fired, within=SECONDS, what="all alerts")


def _told(drill: Drill, release: Release, before: frozenset[str], fired: frozenset[str]) -> Told:
    page = release.instance.page("metrics")
    return Told(
        before=before,
        fired=fired,
        live=release.instance.status_of("livez"),
        ready=release.instance.status_of("readyz"),
        balance=release.balance(release.instance) if drill.lives else (0.0, 0.0),
        page="" if page is None else page.text,
        shown=release.shown(),
    )


def _silent(prometheus: Prometheus) -> frozenset[tuple[str, str]]:
    """The queries without data."""
    return frozenset(_name(panel, query) for panel, query in QUERIES if not prometheus.ask(_filled(query.expression)))


def _name(panel: Panel, query: Query) -> tuple[str, str]:
    return panel.title, query.legend


def _filled(expression: str) -> str:
    for name, value in HERE.items():
        expression = expression.replace(name, value)
    return expression
