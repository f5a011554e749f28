"""Each guarantee names a test that there is."""

import ast
import re

import pytest

from tests.docs.page import ROOT, heading_of, tables, text_of
from tests.docs.proofs import PROOFS

PAGE = text_of("guarantees.md")
(FAILURES,) = tables(PAGE)
COLUMNS = ["what fails", "when", "readers see", "the vendor sees", "the operator sees", "how long", "proved by"]
NAMED = sorted(set(re.findall(r"`(tests/\S+)`", PAGE)))


def functions(file: str) -> set[str]:
    """The names of the functions of a file of tests."""
    path = ROOT / file
    if not path.is_file():
        return set()
    parsed = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(parsed) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("named", NAMED)
def test_the_proof_of_a_guarantee_exists(named: str) -> None:
    file, _, test = named.partition("::")

    assert test.startswith("test_")
    assert test in functions(file)


@pytest.mark.parametrize("row", FAILURES, ids=lambda row: row[0])
def test_every_failure_says_when_it_is_who_sees_what_how_long_it_lasts_and_names_its_proof(row: list[str]) -> None:
    proof, _, condition = row[-1].partition(", ")

    assert heading_of(0, PAGE) == COLUMNS
    assert len(row) == len(COLUMNS)
    assert all(row)
    assert proof in NAMED
    assert condition in {"", "with PROOFS=full"}


def test_no_failure_is_told_twice() -> None:
    assert len({row[0] for row in FAILURES}) == len(FAILURES)


def test_no_failure_goes_missing() -> None:
    proofs = {row[-1].partition(", ")[0] for row in FAILURES}

    assert proofs == {f"{file}::{test}" for file, tests in PROOFS.items() for test in tests}
