"""What a person reads before they know anything: help on one screen, examples that are right, completion."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from consumer.cli.verbs import app

VERBS = (
    ("run",),
    ("check",),
    ("migrate",),
    ("topics", "create"),
    ("explain",),
    ("redrive",),
    ("policy",),
    ("sandbox",),
    ("demo",),
)
SCREEN = 40
"""Lines; a terminal that somebody works in has more than the 24 of old."""
PROGRAM = "returns-consumer "


def shown(*words: str) -> list[str]:
    result = CliRunner().invoke(app, [*words, "--help"], prog_name="returns-consumer")
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def examples(*verb: str) -> list[str]:
    lines = shown(*verb)
    return [line.strip() for line in lines[lines.index("  Examples:") + 1 :] if line.strip()]


@pytest.mark.parametrize("verb", [(), *VERBS], ids=" ".join)
def test_help_fits_on_one_screen_and_cuts_no_sentence(verb: tuple[str, ...]) -> None:
    lines = shown(*verb)

    assert len(lines) <= SCREEN
    before_examples = lines[: lines.index("  Examples:")]
    assert max(map(len, before_examples)) <= 80
    assert not [line for line in lines if line.endswith("...") and not line.startswith("Usage")]
    assert lines[2].endswith(".") or lines[3].endswith(".")


def test_the_first_help_names_every_verb() -> None:
    listed = "\n".join(shown())

    assert all(f"\n  {verb[0]} " in listed for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_the_examples_are_commands_that_this_program_takes(verb: tuple[str, ...]) -> None:
    found = examples(*verb)

    assert found
    for example in found:
        words = shlex.split(example.partition(" | ")[0].removeprefix(PROGRAM))
        assert tuple(words[: len(verb)]) == verb
        command = typer.main.get_command(app)
        for name in verb:
            command = command.commands[name]  # type: ignore[attr-defined] # a group, as the verb has a further word
        command.make_context(" ".join(verb), words[len(verb) :])


def completed(words: str) -> list[str]:
    """What bash offers after these words."""
    environ = {
        **os.environ,
        "_RETURNS_CONSUMER_COMPLETE": "complete_bash",
        "COMP_WORDS": f"{PROGRAM}{words}",
        "COMP_CWORD": str(len(words.split(" "))),
    }
    script = "from consumer.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("re", {"redrive"}),
        ("topics c", {"create"}),
        ("redrive --max", {"--max-redrives"}),
        ("redrive --reason 72", {"729"}),
        ("policy --compare w", {"whole-bill"}),
        ("explain --no", {"--no-topics"}),
    ],
)
def test_the_shell_completes_verbs_options_and_their_choices(words: str, offered: set[str]) -> None:
    assert set(completed(words)) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_of_a_shell_can_be_shown(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without it the shell that runs the tests would be looked for.
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: shell)

    result = CliRunner().invoke(app, ["--show-completion"], prog_name="returns-consumer")

    assert result.exit_code == 0
    assert "_RETURNS_CONSUMER_COMPLETE" in result.stdout


def test_completion_can_be_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("typer._completion_shared._get_shell_name", lambda: "bash")
    monkeypatch.setenv("HOME", str(tmp_path))

    result = CliRunner().invoke(app, ["--install-completion"], prog_name="returns-consumer")

    assert result.exit_code == 0, result.output
    script = tmp_path / ".bash_completions" / "returns-consumer.sh"
    assert "complete_bash" in script.read_text()
    assert str(script) in (tmp_path / ".bashrc").read_text()
