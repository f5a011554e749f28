"""The first contract test of the ledger in SQL that sees something wrong in a package that has a bug."""

import contextlib
import sys

import pytest

CONTRACTS = tuple(f"tests/contracts/ledger/test_{each}.py" for each in ("claims", "settling", "opening", "feed"))
CHOSEN = ("--exitfirst", "--quiet", "-p", "no:cacheprovider", "-m", "not postgres", "-k", "not memory")
"""On SQLite: a mutant of one dialect only has no place on the list."""
ENDS = frozenset({pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED})


class First:
    """Remembers the first failure: the test, a tab and what it saw."""

    def __init__(self) -> None:
        self.failure = "none"

    def pytest_exception_interact(self, node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]) -> None:
        if self.failure == "none" and call.excinfo is not None:
            line = str(call.excinfo.traceback[-1].statement).strip()
            self.failure = f"{node.nodeid}\t{call.excinfo.typename} at {line}"


def main() -> int:
    first = First()
    with contextlib.redirect_stdout(sys.stderr):
        ended = pytest.main([*CHOSEN, *CONTRACTS], plugins=[first])
    if ended not in ENDS:
        return int(ended)
    sys.stdout.write(f"{first.failure}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
