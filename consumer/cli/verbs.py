"""The verbs. Each imports what it needs when it runs, so that help and mistakes answer at once."""

import asyncio
import os
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from consumer.cli import people
from consumer.cli.causes import FAILED, MISCONFIGURED, expected, refused, say
from consumer.cli.options import Config, SandboxConfig, examples
from consumer.cli.options import given as _settings
from consumer.settings import exposed, is_otel_installed, trace_problems

app = typer.Typer(
    name="returns-consumer",
    help="Takes back the promotions that a returned purchase earned: exactly one outcome for each return.",
    no_args_is_help=True,
    # Plain text: what a person searches, pipes and reads on eighty columns.
    rich_markup_mode=None,
    epilog=examples("check --connect --config settings.yaml", "run --config settings.yaml", "explain --help"),
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the verb that the command line asks for."""
    app(prog_name="returns-consumer")


def _show_version(*, wanted: bool) -> None:
    if wanted:
        try:
            version = metadata.version("returns-consumer")
        except metadata.PackageNotFoundError:
            version = "(not installed, run from its source)"
        typer.echo(f"returns-consumer {version}")
        raise typer.Exit


@app.callback()
def _command(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda wanted: _show_version(wanted=wanted),
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Takes back the promotions that a returned purchase earned: exactly one outcome for each return."""


@app.command(epilog=examples("run --config settings.yaml", "run --shadow --config settings.yaml"))
def run(
    config: Config = None,
    *,
    shadow: Annotated[
        bool,
        typer.Option("--shadow", help="Call nobody, publish nothing, and say at the end what would have been done."),
    ] = False,
    shadow_ledger: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --shadow: its own ledger, else beside the real one.")
    ] = None,
) -> None:
    """Consume returns until told to stop.

    Ends with 0 when it was told to stop, with 1 when it wants to be restarted, with 2 when the settings are wrong.
    """
    if shadow_ledger is not None and not shadow:
        say("--shadow-ledger: goes with --shadow only; this would have been a real run")
        raise typer.Exit(MISCONFIGURED)
    settings = _settings(config, *trace_problems(os.environ, is_otel_installed))
    for name, text in exposed(settings, os.environ):
        say(f"warning: {name}: {text}")
    if shadow:
        from consumer.cli.shadow import shadow as foresee  # noqa: PLC0415 - see the module

        raise typer.Exit(foresee(settings, shadow_ledger))
    from consumer import wiring  # noqa: PLC0415 - see the module
    from consumer.adapters.kafka.attempt import Fatal  # noqa: PLC0415 - see the module

    with expected(OSError, Fatal), refused(wiring.REFUSALS):
        code = wiring.run(settings)
    raise typer.Exit(code)


@app.command(epilog=examples("check --config settings.yaml", "check --connect --config settings.yaml"))
def check(
    config: Config = None,
    *,
    connect: Annotated[
        bool, typer.Option("--connect", help="Try brokers, topics, registry, ledger and vendor.")
    ] = False,
) -> None:
    """Say whether the settings are right; --connect tries them.

    A line for each thing: ok, note, or problem with its remedy. Nothing is published and no quota is spent. Ends with 0
    if nothing is wrong, with 1 if something that was tried is, with 2 when the settings are wrong.
    """
    settings = _settings(config, *trace_problems(os.environ, is_otel_installed))
    typer.echo("settings are fine")
    if not connect:
        return
    from consumer.cli.connect import findings  # noqa: PLC0415 - see the module

    well = True
    for finding in findings(settings):
        well &= finding.well
        typer.echo(f"{finding.level:8}{finding.name}: {finding.text}")
    raise typer.Exit(0 if well else FAILED)


@app.command(epilog=examples("migrate --config settings.yaml"))
def migrate(config: Config = None) -> None:
    """Bring the ledger's schema up to date.

    For PostgreSQL, before a new version runs; SQLite's is seen to by run itself.
    """
    url = _settings(config).ledger.location()
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - see the module

    from consumer import wiring  # noqa: PLC0415 - see the module
    from consumer.adapters import ledger  # noqa: PLC0415 - see the module

    with expected(OSError, SQLAlchemyError), refused(wiring.REFUSALS):
        ledger.migrate(url)
    typer.echo("the ledger's schema is up to date")


topics = typer.Typer(help="The four topics: create makes those that are not there.", no_args_is_help=True)
topics.command("create", epilog=people.TOPICS)(people.create_topics)
app.add_typer(topics, name="topics")
app.command(epilog=people.EXPLAIN)(people.explain)
app.command(epilog=people.REDRIVE)(people.redrive)
app.command(epilog=people.POLICY)(people.policy)


@app.command(epilog=examples("sandbox --port 8090"))
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="PORT", help="Where to listen; 0 takes any free.")],
    host: Annotated[str, typer.Option(metavar="HOST", help="The address to listen on.")] = "127.0.0.1",
    config: SandboxConfig = None,
) -> None:
    """Play the promotion vendor, with all its answers and faults."""
    _only_checked(config)
    from consumer.sandbox.vendor import run_sandbox  # noqa: PLC0415 - see the module

    with expected(OSError):
        asyncio.run(run_sandbox(host=host, port=port))


@app.command(epilog=examples("demo"))
def demo(config: SandboxConfig = None) -> None:
    """Show a small shop's day of returns; nothing else is needed."""
    _only_checked(config)
    from consumer.sandbox.demo import main as show  # noqa: PLC0415 - see the module

    with expected(OSError):
        show()


def _only_checked(config: Path | None) -> None:
    if config is not None:
        _settings(config)
