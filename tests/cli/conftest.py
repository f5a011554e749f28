"""The ledgers that the verbs for people are tried on."""

from pathlib import Path
from typing import Protocol

import pytest

from tests.testbed.postgres import Databases


class Request(Protocol):
    """As far as pytest's own is needed here."""

    param: str

    def getfixturevalue(self, name: str) -> Databases: ...


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: Request, tmp_path: Path) -> str:
    """A new database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("postgres").fresh()
