"""The verbs. Each imports what it needs when it runs, so that help and mistakes answer at once."""

import asyncio
import os
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from consumer.cli.causes import FAILED, MISCONFIGURED, expected, refused, say
from consumer.core.model import BillNumber, CustomerId, EarnId, EventId
from consumer.core.plan import PartialReturns
from consumer.core.sought import Sought
from consumer.settings import Settings, SettingsError, is_otel_installed, load, trace_problems, warnings

app = typer.Typer(
    name="returns-consumer",
    help="Takes back the promotions that a returned purchase earned: exactly one outcome for each return.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE.yaml", help="Settings; the environment (CONSUMER_<SECTION>__<NAME>) wins."),
]
SandboxConfig = Annotated[
    Path | None, typer.Option("--config", metavar="FILE.yaml", help="Checked if given; this verb needs no setting.")
]


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
        bool, typer.Option("--version", callback=lambda wanted: _show_version(wanted=wanted), is_eager=True)
    ] = False,
) -> None:
    """Takes back the promotions that a returned purchase earned: exactly one outcome for each return."""


@app.command()
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
    """Consume returns until told to stop."""
    settings = _settings(config, *trace_problems(os.environ, is_otel_installed))
    if shadow:
        from consumer.cli.shadow import shadow as foresee  # noqa: PLC0415 - see the module

        raise typer.Exit(foresee(settings, shadow_ledger))
    from consumer import wiring  # noqa: PLC0415 - see the module

    with expected(OSError), refused(wiring.REFUSALS):
        code = wiring.run(settings)
    raise typer.Exit(code)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen; 0 takes any free port.")],
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    config: SandboxConfig = None,
) -> None:
    """Play the promotion vendor, with every answer and fault it can give."""
    _only_checked(config)
    from consumer.sandbox.vendor import run_sandbox  # noqa: PLC0415 - see the module

    with expected(OSError):
        asyncio.run(run_sandbox(host=host, port=port))


@app.command()
def demo(config: SandboxConfig = None) -> None:
    """Show a small shop's day of returns; needs nothing but this program."""
    _only_checked(config)
    from consumer.sandbox.demo import main as show  # noqa: PLC0415 - see the module

    with expected(OSError):
        show()


@app.command()
def check(
    config: Config = None,
    *,
    connect: Annotated[
        bool, typer.Option("--connect", help="Try brokers, topics, registry, ledger and vendor.")
    ] = False,
) -> None:
    """Say whether the settings are right and, with --connect, whether all they name is there."""
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


topics = typer.Typer(help="The four topics.", no_args_is_help=True)
app.add_typer(topics, name="topics")


@topics.command("create")
def create_topics(
    config: Config = None,
    *,
    partitions: Annotated[int, typer.Option(min=1, metavar="N", help="Of each topic that is not there yet.")] = 8,
    replication_factor: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Copies of each; without it, as the brokers are set.")
    ] = None,
) -> None:
    """Create those of the four topics that are not there; the others are left as they are."""
    settings = _settings(config)
    from consumer.cli.topics import Shape, create  # noqa: PLC0415 - see the module

    create(settings, Shape(partitions=partitions, copies=replication_factor))


@app.command()
def migrate(config: Config = None) -> None:
    """Bring the ledger's schema up to date."""
    url = _settings(config).ledger.location()
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - see the module

    from consumer import wiring  # noqa: PLC0415 - see the module
    from consumer.adapters import ledger  # noqa: PLC0415 - see the module

    with expected(OSError, SQLAlchemyError), refused(wiring.REFUSALS):
        ledger.migrate(url)
    typer.echo("the ledger's schema is up to date")


@app.command()
def redrive(  # noqa: PLR0913 - an option each
    more_reasons: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    config: Config = None,
    *,
    reason: Annotated[
        list[str] | None, typer.Option(metavar="CODE…", help="Only letters with these reasons: 731, 404, exhausted, …")
    ] = None,
    customer: Annotated[int | None, typer.Option(metavar="ID", help="Only this customer's letters.")] = None,
    promotion: Annotated[str | None, typer.Option(metavar="ID", help="Only letters that name this promotion.")] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="T", help="Only letters set aside since: 2026-11-23, 2026-11-23T08:30 (UTC), 2h, 3d."),
    ] = None,
    partition: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Only this partition of the dead-letter topic.")
    ] = None,
    offset: Annotated[int | None, typer.Option(min=0, metavar="N", help="Only the letter at this offset.")] = None,
    limit: Annotated[int | None, typer.Option(min=0, metavar="N", help="Send at most so many.")] = None,
    rate: Annotated[float | None, typer.Option(metavar="N", help="Send at most so many a second.")] = None,
    max_redrives: Annotated[
        int, typer.Option(min=1, metavar="N", help="Leave letters alone that were sent again so often.")
    ] = 3,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Kept in the header redrive-note.")] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the chosen letters as JSON Lines; has customers' data.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send; without it nothing is sent.")] = False,
) -> None:
    """Send dead letters again, each once; without --yes only say which."""
    settings = _settings(config)
    from consumer.cli import asking  # noqa: PLC0415 - see the module
    from consumer.cli.redrive import Doing  # noqa: PLC0415 - see the module
    from consumer.cli.redrive import redrive as carry_out  # noqa: PLC0415 - see the module

    wish = asking.wish(
        settings,
        asking.Asked(
            reasons=[*(reason or ()), *(more_reasons or ())],
            customer=customer,
            promotion=promotion,
            since=since,
            partition=partition,
            offset=offset,
            limit=limit,
            rate=rate,
            max_redrives=max_redrives,
            note=note,
        ),
    )
    carry_out(settings, wish, Doing(yes=yes, export=export))


@app.command()
def explain(  # noqa: PLR0913 - an option each
    return_event_id: Annotated[str | None, typer.Argument(help="The event id of a return.")] = None,
    config: Config = None,
    *,
    bill: Annotated[str | None, typer.Option(metavar="NUMBER", help="All that is known of a bill.")] = None,
    earn: Annotated[str | None, typer.Option(metavar="ID", help="An earn, and the purchase it came from.")] = None,
    customer: Annotated[int | None, typer.Option(metavar="ID", help="All returns and earns of a customer.")] = None,
    topics: Annotated[
        bool | None,
        typer.Option(
            "--topics/--no-topics",
            help="Look in the topics too, or never; else where the ledger knows nothing.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="T", help="Look through the topics since: 2026-11-23, 2026-11-23T08:30 (UTC), 2h, 3d."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Tell what became of a return, and why."""
    settings = _settings(config)
    from consumer.cli.explain import Where  # noqa: PLC0415 - see the module
    from consumer.cli.explain import explain as tell  # noqa: PLC0415 - see the module

    sought = Sought(
        event_id=None if return_event_id is None else EventId(return_event_id),
        bill=None if bill is None else BillNumber(bill),
        earn=None if earn is None else EarnId(earn),
        customer=None if customer is None else CustomerId(customer),
    )
    tell(settings, sought, Where(topics=topics, since=since), as_json=as_json)


@app.command()
def policy(
    config: Config = None,
    *,
    compare: Annotated[
        tuple[PartialReturns, PartialReturns],
        typer.Option(metavar="RULE RULE", help="matching-lines, any-return or whole-bill, two of them."),
    ],
    since: Annotated[
        str | None,
        typer.Option(metavar="T", help="Only purchases with a return since: 2026-11-23, 2026-11-23T08:30 (UTC), 30d."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with the differences one by one.")] = False,
) -> None:
    """Compare two rules for partial returns on the ledger's past, before you switch."""
    settings = _settings(config)
    from consumer.cli import policy as verb  # noqa: PLC0415 - see the module

    verb.compare(settings, compare, since, as_json=as_json)


def _settings(config: Path | None, *problems: str) -> Settings:
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


def _only_checked(config: Path | None) -> None:
    if config is not None:
        _settings(config)
