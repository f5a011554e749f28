"""What the benchmarks print, keep and publish."""

import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.arms import BASE, KILLED, PACED, Arm
from benchmarks.figures import Figures
from benchmarks.plot import bars
from benchmarks.report import BEGIN, END, PAGE, as_markdown, as_text, filled
from benchmarks.results import HEADS, Results, cells, kind_of, machine, number, read
from benchmarks.subjects import SUBJECTS
from benchmarks.throughput import shortfalls

RUN = Figures(
    returns=1000,
    pace=0.0,
    rate=2000.0,
    steady=2100.0,
    p50=10.0,
    p99=20.0,
    cpu=200.0,
    memory=150.0,
    calls=900,
    lost=0,
    repeated=0,
    overlapping=0,
    twice=0,
    disordered=0,
)
ARMS = (BASE, PACED, KILLED)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    """Two runs of everybody under each kind of arm."""
    found = Results(tmp_path / "bench.json")
    for rate in (1500.0, 2000.0):
        for arm in ARMS:
            for subject in SUBJECTS:
                found.add(arm, subject, replace(RUN, rate=rate))
    return found


@pytest.mark.parametrize("arm", ARMS, ids=lambda arm: arm.name)
def test_each_subject_has_a_cell_under_each_head(results: Results, arm: Arm) -> None:
    rows = [row for row in results.rows() if row.arm == arm.name]

    assert [row.title for row in rows] == [subject.title for subject in SUBJECTS]
    assert {len(list(cells(row))) for row in rows} == {len(HEADS[kind_of(arm)])}


def test_what_is_kept_is_what_was_found(results: Results, tmp_path: Path) -> None:
    _, rows = read(tmp_path / "bench.json")

    assert rows == results.rows()


def test_a_benchmark_goes_on_with_what_was_kept(results: Results, tmp_path: Path) -> None:
    _, rows = read(tmp_path / "bench.json")

    resumed = Results(tmp_path / "more.json", rows)
    resumed.add(BASE, SUBJECTS[0], RUN)

    assert len(resumed.runs(BASE.name, SUBJECTS[0].name)) == 3
    assert len(resumed.rows()) == len(results.rows())


def test_a_table_shows_the_median_and_the_spread(results: Results) -> None:
    assert "1,750 (1,500-2,000)" in as_text(results.rows())


def test_of_what_went_wrong_the_highest_is_shown(results: Results) -> None:
    results.add(KILLED, SUBJECTS[0], replace(RUN, lost=44))

    assert "44" in as_text(results.rows())


@pytest.mark.parametrize(("value", "words"), [(12_345.6, "12,346"), (3.14, "3.1"), (0.0, "0"), (math.nan, "-")])
def test_a_number_has_as_many_digits_as_it_is_worth(value: float, words: str) -> None:
    assert number(value) == words


def test_the_plot_has_a_bar_for_each_subject_and_is_well_formed(results: Results) -> None:
    picture = ET.fromstring(bars([row for row in results.rows() if row.kind == "rate"]))  # noqa: S314 - our own

    assert len(picture.findall("{*}rect")) == len(SUBJECTS)


def test_the_results_are_written_between_the_marks_of_the_page(results: Results) -> None:
    page = PAGE.read_text()

    once = filled(page, as_markdown(machine(), results.rows()))

    assert once.count(BEGIN) == once.count(END) == 1
    assert once.partition(BEGIN)[0] == page.partition(BEGIN)[0]
    assert once.partition(END)[2] == page.partition(END)[2]
    assert "1,750 (1,500-2,000)" in once


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (replace(RUN, rate=999.0), "999 returns a second, promised are 1,000"),
        (replace(RUN, memory=251.0), "251 MB, promised are 250"),
        (replace(RUN, lost=1), "1 returns without an outcome"),
        (replace(RUN, twice=2), "2 returns with two outcomes"),
        (replace(RUN, disordered=3), "3 returns out of order"),
    ],
)
def test_a_promise_that_is_not_kept_is_told(run: Figures, words: str) -> None:
    assert list(shortfalls([run], [run])) == [words]
