"""One line for each validator, and none that says ok without a proof."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.verify import ROWS, Row, row_of

ROOT = Path(__file__).parents[2]
GENERAL = Row("all", ("tests/some",))
SPECIAL = Row("one", ("tests/some/test_it.py::test_one",))
RUN = """
import sys, pytest
from ops.verify import Lines, Row
lines = Lines([Row(name, (f"test_it.py::test_{name}",)) for name in sys.argv[1].split()], print)
quiet = ["-p", "no:cacheprovider", "-p", "no:asyncio"]
code = pytest.main([*quiet, "--rootdir", ".", "test_it.py", *sys.argv[2:]], plugins=[lines])
sys.exit(int(code) or int(lines.failed))
"""
TESTS = """
import pytest
def test_good(): pass
@pytest.mark.parametrize("case", [1, 2])
def test_partly(case): assert case == 2
def test_away(): pytest.skip("no such tool")
@pytest.fixture
def broken(): raise RuntimeError("not set up")
def test_unready(broken): pass
"""


def verified(folder: Path, *names: str, options: Sequence[str] = ()) -> tuple[int, list[str]]:
    """The exit code and the lines of a run with a row for each of these tests."""
    (folder / "test_it.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-c", RUN, " ".join(names), *options],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.partition("\n\n")[0].splitlines()


def test_a_test_counts_for_the_row_that_names_it_best() -> None:
    rows = (GENERAL, SPECIAL)

    assert row_of("tests/some/test_it.py::test_one[a]", rows) is SPECIAL
    assert row_of("tests/some/test_it.py::test_two", rows) is GENERAL
    assert row_of("tests/other/test_it.py::test_one", rows) is None


SIDE_BY_SIDE = ("--numprocesses=2", "--dist=loadfile")


@pytest.mark.parametrize("options", [(), SIDE_BY_SIDE])
def test_each_row_has_its_line_and_one_that_fails_fails_all(options: Sequence[str], tmp_path: Path) -> None:
    code, lines = verified(tmp_path, "good", "partly", "away", "unready", options=options)

    assert code == 1
    assert lines == ["ok      good", "failed  partly", "skipped away: Skipped: no such tool", "failed  unready"]


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ("good partly away unready gone", "failed  gone: no test proves it"),
        ("good partly away", "failed  test_it.py::test_unready: no line tells of it"),
    ],
)
@pytest.mark.parametrize("options", [(), SIDE_BY_SIDE])
def test_neither_a_row_nor_a_test_is_forgotten(names: str, line: str, options: Sequence[str], tmp_path: Path) -> None:
    code, lines = verified(tmp_path, names, options=options)

    assert (code, lines[0]) == (1, line)


def test_every_file_that_a_row_names_is_there() -> None:
    files = {proof.partition("::")[0] for row in ROWS for proof in row.proofs}

    assert [file for file in files if not (ROOT / file).exists()] == []
