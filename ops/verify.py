"""Every validator of what operators get, one line each: `python -m ops.verify FOLDER…`, or options of pytest's."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pytest

State = Literal["ok", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what is validated, and how the names of the tests begin that prove it."""

    name: str
    proofs: tuple[str, ...]


ALERTS, DRILLS = "tests/ops/test_alerts.py", "tests/ops/test_drills.py"
SCHEMAS, SCANS = "tests/helm/test_schemas.py", "tests/helm/test_checkov.py"
TRACES = ("tests/contracts/test_traces.py", "tests/contracts/test_trace_export.py")
ROWS = (
    Row("promtool check rules", (f"{ALERTS}::test_promtool_accepts_the_rules",)),
    Row("promtool test rules: each alert fires, is silent, resolves", (ALERTS,)),
    Row("promtool check metrics, on live pages", (f"{DRILLS}::test_promtool_finds",)),
    Row("drills: exactly the expected alerts, in a real Prometheus", (f"{DRILLS}::test_a_bad_day",)),
    Row("metrics that add up", (f"{DRILLS}::test_what_was_consumed", "tests/ops/test_rebalance.py")),
    Row("probes", (f"{DRILLS}::test_no_outage", f"{DRILLS}::test_a_process", "tests/ops/test_sickness.py")),
    Row("no secret and no customer in what is shown", (f"{DRILLS}::test_nothing_shows",)),
    Row(
        "metrics: a live page has the agreed names, and their page is in step",
        (f"{DRILLS}::test_a_live_page", "tests/ops/test_metrics_page.py"),
    ),
    Row("logs: the closed list of events, and one object a line", ("tests/cli/test_logs.py",)),
    Row("traces: asked for, passed on and sent", ("tests/cli/test_traces.py", *TRACES)),
    Row("exemplars", (f"{DRILLS}::test_prometheus_is_led",)),
    Row("dashboard lint", ("tests/ops/test_dashboard.py",)),
    Row("dashboard queries, on good and bad days", (f"{DRILLS}::test_every_query",)),
    Row("runbooks", ("tests/ops/test_runbooks.py",)),
    Row("helm lint --strict", (f"{SCHEMAS}::test_helm_lints",)),
    Row("helm template, and what it renders", ("tests/helm",)),
    Row("snapshots of what the chart renders", ("tests/helm/test_snapshots.py",)),
    Row(
        "strict schemas of three Kubernetes versions", (f"{SCHEMAS}::test_every_object", f"{SCHEMAS}::test_the_strict")
    ),
    Row("kubeconform", (f"{SCHEMAS}::test_kubeconform",)),
    Row("checkov", (f"{SCANS}::test_checkov",)),
    Row("hadolint", (f"{SCANS}::test_hadolint",)),
    Row("image, and its entry point as the first process", ("tests/image",)),
    Row("SBOM, of every package that is locked", ("tests/ops/test_sbom.py",)),
    Row("audit in CI: a weakness fails it, silence does not", ("tests/ops/test_audit.py",)),
    Row("docker compose config, and what the stack is made of", ("tests/compose",)),
    Row("verify-ops itself", ("tests/ops/test_verify.py",)),
)


def row_of(test: str, rows: Sequence[Row]) -> Row | None:
    """The row whose proof fits best."""
    fitting = [(len(proof), row) for row in rows for proof in row.proofs if test.startswith(proof)]
    return max(fitting, key=lambda each: each[0])[1] if fitting else None


class Lines:
    """A plugin that prints a row's line once its last test has ended, in place of pytest's own report."""

    def __init__(self, rows: Sequence[Row], say: Callable[[str], None]) -> None:
        self._rows = rows
        self._say = say
        self._left: Counter[Row] = Counter()
        self._worst: dict[Row, State] = {}
        self._reasons: dict[Row, str] = {}
        self._failures: list[str] = []
        self.failed = False

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the place of pytest's report."""
        config.pluginmanager.unregister(name="terminalreporter")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read."""
        if report.failed:
            self._tell("failed", f"{report.nodeid}: cannot be read")
            self._failures.append(report.longreprtext)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """All tests, where they run one after the other."""
        self._expect([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """All tests, as each of those who run them side by side found them."""
        if not self._left:
            self._expect(ids)

    def _expect(self, tests: Sequence[str]) -> None:
        """Neither a test without a row nor a row without a test is passed over."""
        for test in tests:
            row = row_of(test, self._rows)
            if row is None:
                self._tell("failed", f"{test}: no line tells of it")
            else:
                self._left[row] += 1
        for row in self._rows:
            if not self._left[row]:
                self._tell("failed", f"{row.name}: no test proves it")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """How one test was set up, ran or was cleaned up after."""
        row = row_of(report.nodeid, self._rows)
        if row is None:
            return
        if report.failed:
            self._worst[row] = "failed"
            self._failures.append(f"{report.nodeid}\n{report.longreprtext}")
        elif report.skipped and isinstance(report.longrepr, tuple):
            self._worst.setdefault(row, "skipped")
            self._reasons[row] = report.longrepr[2]
        if report.when == "teardown":
            self._left[row] -= 1
            if not self._left[row]:
                self._end(row)

    def pytest_sessionfinish(self) -> None:
        """What failed, at length."""
        for failure in self._failures:
            self._say(f"\n{failure}")

    def _end(self, row: Row) -> None:
        state = self._worst.get(row, "ok")
        self._tell(state, f"{row.name}: {self._reasons[row]}" if state == "skipped" else row.name)

    def _tell(self, state: State, what: str) -> None:
        self.failed = self.failed or state == "failed"
        self._say(f"{state:8}{what}")


def main(words: Sequence[str]) -> int:
    """Run the tests in these folders, with these options of pytest's; 0 only if no line says failed."""
    lines = Lines(ROWS, lambda line: print(line, flush=True))  # noqa: T201 - what it is for
    code = pytest.main(list(words), plugins=[lines])
    return int(code) or int(lines.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
