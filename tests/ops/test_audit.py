"""What CI makes of an audit: a weakness fails it, silence does not."""

import pytest

from ops.audit import ASK, AUDIT, UNHEARD, WELL, audited

FOUND = "requirements.lock:\nFound 1 known vulnerability in 1 package\nName Version ID\nhttpx 0.1 PYSEC-1\n"
BROKEN = "requirements.lock:\nERROR:pip_audit._cli:Tried to connect to PyPI\nmake: *** [audit] Error 1\n"


class Machine:
    """Answers what is run with codes and words given beforehand."""

    def __init__(self, *, asked: int, code: int = 0, said: str = "") -> None:
        self._answers = {ASK: (asked, ""), AUDIT: (code, said)}
        self.ran: list[tuple[str, ...]] = []

    def run(self, *command: str) -> tuple[int, str]:
        self.ran.append(command)
        return self._answers[command]


def test_a_list_that_cannot_be_had_is_told_in_a_line_and_nothing_is_audited() -> None:
    machine = Machine(asked=124)

    assert audited(machine.run) == (0, UNHEARD)
    assert machine.ran == [ASK]


def test_a_known_weakness_fails_and_is_told() -> None:
    assert audited(Machine(asked=0, code=2, said=FOUND).run) == (1, FOUND)


@pytest.mark.parametrize(("code", "said"), [(2, BROKEN), (124, "")])
def test_an_audit_that_breaks_off_on_the_way_fails_nothing(code: int, said: str) -> None:
    assert audited(Machine(asked=0, code=code, said=said).run) == (0, UNHEARD)


def test_an_audit_that_finds_nothing_says_so() -> None:
    assert audited(Machine(asked=0, said="No known vulnerabilities found\n").run) == (0, WELL)


def test_every_command_has_an_end() -> None:
    assert [command[0] for command in (ASK, AUDIT)] == ["timeout", "timeout"]
