"""The verbs of those who live with it. Each imports what it needs when it runs, as in verbs."""

from pathlib import Path
from typing import Annotated

import typer

from consumer.cli.options import MOMENT, AsJson, Config, examples, given
from consumer.core.dead_letter import REASONS
from consumer.core.model import BillNumber, CustomerId, EarnId, EventId
from consumer.core.plan import PartialReturns
from consumer.core.sought import Sought

LARGEST_ID = 2**63 - 1
"""Of a customer: a long, in the schemas and in the ledger."""
EXPLAIN = examples(
    "explain r-4711",
    "explain --bill B-2031 --topics",
    "explain --customer 4711 --json | jq .now",
)
REDRIVE = examples(
    "redrive --reason 731 --reason 404 --since 2d",
    "redrive --reason 731 --export letters.jsonl",
    'redrive --reason 731 --yes --rate 20 --note "earn feed repaired"',
)
POLICY = examples(
    "policy --compare matching-lines whole-bill --since 90d",
    "policy --compare whole-bill any-return --json",
)
TOPICS = examples(
    "topics create --config settings.yaml",
    "topics create --partitions 24 --replication-factor 3",
)


def _of_a_customer(number: int | None) -> int | None:
    # Not a range of the option's: the help would show it, and it says nothing to a person.
    if number is not None and abs(number) > LARGEST_ID:
        raise typer.BadParameter(f"a customer's id is at most {LARGEST_ID}")
    return number


def explain(  # noqa: PLR0913 - an option each
    return_event_id: Annotated[
        str | None, typer.Argument(metavar="RETURN_EVENT_ID", help="The event id of a return.")
    ] = None,
    config: Config = None,
    *,
    bill: Annotated[str | None, typer.Option(metavar="NUMBER", help="All that is known of a bill.")] = None,
    earn: Annotated[str | None, typer.Option(metavar="ID", help="An earn, and the purchase it came from.")] = None,
    customer: Annotated[
        int | None, typer.Option(metavar="ID", help="All returns and earns of a customer.", callback=_of_a_customer)
    ] = None,
    topics: Annotated[
        bool | None,
        typer.Option(
            "--topics/--no-topics", help="Look in the topics too, or never; else where the ledger knows nothing."
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="T", help=f"Look through the topics since then: {MOMENT}.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what became of a return, and why.

    The whole story in the order of time: what the purchase earned, what came back, what was taken, why the rest was
    left, the vendor's request ids, redrives; with --topics where its dead letters stand. Nothing is changed.
    """
    settings = given(config)
    from consumer.cli.explain import Where  # noqa: PLC0415 - see the module
    from consumer.cli.explain import explain as tell  # noqa: PLC0415 - see the module

    sought = Sought(
        event_id=None if return_event_id is None else EventId(return_event_id),
        bill=None if bill is None else BillNumber(bill),
        earn=None if earn is None else EarnId(earn),
        customer=None if customer is None else CustomerId(customer),
    )
    tell(settings, sought, Where(topics=topics, since=since), as_json=as_json)


def redrive(  # noqa: PLR0913 - an option each
    more_reasons: Annotated[list[str] | None, typer.Argument(hidden=True, metavar="CODE")] = None,
    config: Config = None,
    *,
    reason: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE…",
            help=f"Only letters with these reasons: {', '.join(REASONS)}.",
            autocompletion=lambda: list(REASONS),
        ),
    ] = None,
    customer: Annotated[
        int | None, typer.Option(metavar="ID", help="Only this customer's letters.", callback=_of_a_customer)
    ] = None,
    promotion: Annotated[str | None, typer.Option(metavar="ID", help="Only letters that name this promotion.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="T", help=f"Only letters set aside since then: {MOMENT}.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="T", help="Only letters set aside before then.")] = None,
    partition: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Only this partition of the dead-letter topic.")
    ] = None,
    offset: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Only the letter at this offset of --partition.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Send at most so many, counted anew by each start.")
    ] = None,
    rate: Annotated[float | None, typer.Option(metavar="N", help="Send at most so many a second.")] = None,
    max_redrives: Annotated[
        int, typer.Option(min=1, metavar="N", help="Leave letters alone that were sent again so often.")
    ] = 3,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Kept in the header redrive-note.")] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Chosen letters as JSON Lines in a new file, - for stdout; has customers' data."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send; without it nothing is sent.")] = False,
) -> None:
    """Send dead letters again, each once; without --yes only say which.

    Mend the cause first. What was sent is remembered: a redrive that is cut off goes on with the command it told first.
    """
    settings = given(config)
    from consumer.cli import asking  # noqa: PLC0415 - see the module
    from consumer.cli.redrive import Doing  # noqa: PLC0415 - see the module
    from consumer.cli.redrive import redrive as carry_out  # noqa: PLC0415 - see the module

    asked = asking.Asked(
        reasons=[*(reason or ()), *(more_reasons or ())],
        customer=customer,
        promotion=promotion,
        since=since,
        until=until,
        partition=partition,
        offset=offset,
        limit=limit,
        rate=rate,
        max_redrives=max_redrives,
        note=note,
        export=export,
        config=config,
    )
    wish = asking.wish(settings, asked)
    carry_out(settings, wish, Doing(yes=yes, export=export, goes_on=asking.goes_on(asked, wish.selection)))


def policy(
    config: Config = None,
    *,
    compare: Annotated[
        tuple[PartialReturns, PartialReturns],
        typer.Option(
            metavar="RULE RULE",
            help=f"Two of {', '.join(PartialReturns)}.",
            autocompletion=lambda: list(PartialReturns),
        ),
    ],
    since: Annotated[
        str | None, typer.Option(metavar="T", help=f"Only purchases with a return since then: {MOMENT}.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare two rules for partial returns, before you switch.

    Plays the returns that the ledger remembers again under each and shows the difference in earns. Nothing is changed.
    """
    settings = given(config)
    from consumer.cli import policy as verb  # noqa: PLC0415 - see the module

    verb.compare(settings, compare, since, as_json=as_json)


def create_topics(
    config: Config = None,
    *,
    partitions: Annotated[int, typer.Option(min=1, metavar="N", help="Of each topic that is not there yet.")] = 8,
    replication_factor: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Copies of each; without it, as the brokers are set.")
    ] = None,
) -> None:
    """Create those of the four topics that are not there.

    Those that are there are left as they are, and it is said what is wrong with them.
    """
    settings = given(config)
    from consumer.cli.topics import Shape, create  # noqa: PLC0415 - see the module

    create(settings, Shape(partitions=partitions, copies=replication_factor))
