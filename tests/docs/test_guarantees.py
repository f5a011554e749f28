"""Each guarantee names a test that there is."""

import ast
import re

import pytest

from tests.docs.page import ROOT, tables, text_of

PAGE = text_of("guarantees.md")
(FAILURES,) = tables(PAGE)
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
def test_every_failure_says_who_sees_what_and_names_its_proof(row: list[str]) -> None:
    assert len(row) == len(["what", "readers", "vendor", "operator", "proof"])
    assert all(row)
    assert row[-1] in NAMED
