"""The verb `explain`: a story from the ledger, for a person or as JSON."""

import json
from dataclasses import asdict, dataclass

import typer
from rich.padding import Padding
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from consumer.cli.causes import FAILED, MISCONFIGURED, expected, refused, say
from consumer.cli.console import console, plain
from consumer.cli.moment import shown
from consumer.core.model import BillNumber, CustomerId, EarnId, EventId
from consumer.core.outcome import RevokeOutcome
from consumer.core.story import Account, Happening, happenings
from consumer.core.story_words import details, headline, standing
from consumer.settings import Settings
from consumer.wiring import REFUSALS
from consumer.wiring.explaining import story_book

INDENT = len("2026-11-23 12:00:00  ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about: exactly one of these."""

    event_id: str | None
    bill: str | None
    earn: str | None
    customer: int | None


def explain(settings: Settings, asked: Asked, *, as_json: bool) -> None:
    """Tell the story, or say that there is none."""
    about = [f"{name} {value}" for name, value in _named(asked).items() if value is not None]
    if len(about) != 1:
        say("explain: name one of RETURN_EVENT_ID, --bill, --earn, --customer")
        raise typer.Exit(MISCONFIGURED)
    with expected(OSError, SQLAlchemyError), refused(REFUSALS):
        account = _account(settings, asked)
    if not account.returns and not account.earns:
        say(
            f"The ledger knows nothing of the {about[0]}: it never reached us, could not be read (then it is among the "
            "dead letters), or is older than ledger.retention."
        )
        raise typer.Exit(FAILED)
    if as_json:
        typer.echo(json.dumps(_json(about[0], account), indent=2, ensure_ascii=False))
        return
    _print(about[0], account)


def _named(asked: Asked) -> dict[str, str | int | None]:
    return {"return": asked.event_id, "bill": asked.bill, "earn": asked.earn, "customer": asked.customer}


def _account(settings: Settings, asked: Asked) -> Account:
    book = story_book(settings)
    if asked.event_id is not None:
        return book.of_return(EventId(asked.event_id))
    if asked.bill is not None:
        return book.of_bill(BillNumber(asked.bill))
    if asked.earn is not None:
        return book.of_earn(EarnId(asked.earn))
    return book.of_customer(CustomerId(asked.customer or 0))


def _print(about: str, account: Account) -> None:
    out = console()
    out.print(Text(f"The story of the {plain(about)}, from the ledger. Times are UTC.", style="bold"), Text(), sep="\n")
    for happening in happenings(account):
        out.print(Text.assemble((shown(happening.at), "dim"), "  ", plain(headline(happening, account))))
        for line in details(happening):
            out.print(Padding(Text(f"- {plain(line)}"), (0, 0, 0, INDENT), expand=False))
    if account.earns:
        out.print(Text(), Text("Now", style="bold"), sep="\n")
    for told in account.earns:
        out.print(Text(f"  {plain(standing(told))}"))


def _json(about: str, account: Account) -> dict[str, object]:
    return {
        "about": about,
        "story": [_told(happening, account) for happening in happenings(account)],
        "now": [
            {"earn_id": told.earn.key.earn_id, "state": told.earn.state, "words": standing(told)}
            for told in account.earns
        ],
    }


def _told(happening: Happening, account: Account) -> dict[str, object]:
    what = happening.what
    told: dict[str, object] = {
        "at": happening.at,
        "kind": happening.kind,
        "words": headline(happening, account),
        "details": details(happening),
    }
    if isinstance(what, RevokeOutcome):
        told["outcome"] = asdict(what)
    return told
