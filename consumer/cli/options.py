"""What all verbs share on the command line: the settings, and the examples under their help."""

import os
from pathlib import Path
from typing import Annotated

import typer

from consumer.cli.causes import MISCONFIGURED, say
from consumer.settings import Settings, SettingsError, load, warnings

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE.yaml", help="Settings; the environment (CONSUMER_<SECTION>__<NAME>) wins."),
]
SandboxConfig = Annotated[
    Path | None, typer.Option("--config", metavar="FILE.yaml", help="Checked if given; this verb needs no setting.")
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for a program.")]
MOMENT = "2026-11-23, 2026-11-23T08:30 (UTC), 2h, 3d"
"""How a person may write a moment."""


def examples(*lines: str) -> str:
    """The end of a verb's help."""
    # The mark keeps the lines as they are.
    return "\n".join(["\b", "Examples:", *(f"  returns-consumer {line}" for line in lines)])


def given(config: Path | None, *problems: str) -> Settings:
    """The settings; ends the process with a line for each problem, those included that the verb sees besides."""
    settings: Settings | None = None
    try:
        settings = load(config, os.environ)
    except SettingsError as error:
        problems = (*error.problems, *problems)
    for problem in problems:
        say(problem)
    if settings is None or problems:
        raise typer.Exit(MISCONFIGURED)
    for warning in warnings(os.environ):
        say(f"warning: {warning}")
    return settings
