"""The verb `explain`: a story from the ledger and the topics, for a person or as JSON."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import typer
from rich.padding import Padding
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from consumer.adapters.kafka import BadOption
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.scan import Scanned
from consumer.cli.causes import FAILED, MISCONFIGURED, expected, refused, say
from consumer.cli.console import console, plain
from consumer.cli.moment import moment, shown
from consumer.core.model import CustomerId, Millis
from consumer.core.outcome import RevokeOutcome
from consumer.core.policy_words import policy_words
from consumer.core.sought import Sought
from consumer.core.story import Account, Happening, ToldCall, ToldLetter, happenings
from consumer.core.story_words import details, headline, standing
from consumer.ports import Unavailable
from consumer.settings import Settings
from consumer.wiring import REFUSALS, parts
from consumer.wiring.explaining import TopicBook, story_book

UNKNOWN = Account(returns=(), goods=(), earns=())
INDENT = len("2026-11-23 12:00:00  ")
UNKNOWN_SINCE = 7 * 86_400_000
"""How far back the topics are looked through for what the ledger does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where to look: in the topics too, None where the ledger knows nothing; and in these since when, as typed."""

    topics: bool | None
    since: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How far the topics were looked through; `why_not` where they could not be."""

    since: Millis
    scanned: Mapping[str, Scanned]
    why_not: str | None = None


def explain(settings: Settings, sought: Sought, where: Where, *, as_json: bool) -> None:
    """Tell the story, or say that there is none."""
    begin = _begin(sought, where)
    with expected(OSError, SQLAlchemyError), refused(REFUSALS):
        account = _account(settings, sought, where)
    looked = None
    if where.topics or (where.topics is None and account.is_empty):
        account, looked = _with_topics(settings, sought, account, begin)
        if looked.why_not is not None and where.topics:
            say(f"error: {looked.why_not}")
            raise typer.Exit(FAILED)
    if account.is_empty:
        say(_nothing(sought, looked))
        raise typer.Exit(FAILED)
    if as_json:
        typer.echo(json.dumps(_json(settings, sought, account, looked), indent=2, ensure_ascii=False))
        return
    _print(settings, sought, account, looked)


def _begin(sought: Sought, where: Where) -> Millis | None:
    """Since when the topics are looked through, if the person says so; ends the process where the options are wrong."""
    if len(sought.names) != 1:
        say("explain: name one of RETURN_EVENT_ID, --bill, --earn, --customer")
        raise typer.Exit(MISCONFIGURED)
    if where.since is None:
        return None
    try:
        return moment(where.since, _now())
    except ValueError as error:
        say(f"--since: {error}")
        raise typer.Exit(MISCONFIGURED) from None


def _account(settings: Settings, sought: Sought, where: Where) -> Account:
    try:
        book = story_book(settings)
    except FileNotFoundError as error:
        if not where.topics:
            raise
        say(f"warning: {error}; only the topics are asked")
        return UNKNOWN
    if sought.event_id is not None:
        return book.of_return(sought.event_id)
    if sought.bill is not None:
        return book.of_bill(sought.bill)
    if sought.earn is not None:
        return book.of_earn(sought.earn)
    return book.of_customer(sought.customer or CustomerId(0))


def _with_topics(settings: Settings, sought: Sought, account: Account, begin: Millis | None) -> tuple[Account, Looked]:
    arrivals = [told.opened_at for told in account.returns]
    since = begin if begin is not None else Millis(min(arrivals, default=_now() - UNKNOWN_SINCE))
    book = TopicBook(settings)
    try:
        found = book.of(sought, since, account.sent_again)
    except (Fatal, BadOption, Unavailable) as error:
        return account, Looked(since=since, scanned=book.scanned, why_not=str(error))
    return replace(account, topics=found), Looked(since=since, scanned=book.scanned)


def _nothing(sought: Sought, looked: Looked | None) -> str:
    knows = f"The ledger knows nothing of the {sought.names[0]}"
    perhaps = "it never reached us, could not be read, or is older than ledger.retention"
    if looked is None:
        return f"{knows}: {perhaps}. Add --topics to look among the outcomes and the dead letters."
    if looked.why_not is not None:
        return f"{knows}, and the topics cannot be asked ({looked.why_not}): {perhaps}."
    since = f"since {shown(looked.since)} (UTC); --since looks further back"
    return f"{knows}, and the topics have nothing {since}: {perhaps}."


def _looked(looked: Looked) -> str:
    told = ", ".join(f"{scanned.records} of {topic}" for topic, scanned in looked.scanned.items())
    more = " There are more: name a later --since." if any(it.is_cut for it in looked.scanned.values()) else ""
    return f"Looked through the topics since {shown(looked.since)}: {told}.{more}"


def _hint(account: Account) -> str | None:
    """What the ledger cannot tell: it hears of a redrive only when the record comes."""
    outcomes = (*(told.outcome for told in account.returns), *(told.late for told in account.earns))
    if any(outcome is not None and outcome.dead_lettered for outcome in outcomes):
        return "There is a dead letter: add --topics to see whether it was sent again."
    return None


def _now() -> Millis:
    return Millis(time.time_ns() // 1_000_000)


def _print(settings: Settings, sought: Sought, account: Account, looked: Looked | None) -> None:
    out = console()
    sources = "the ledger" if looked is None else "the ledger and the topics"
    title = f"The story of the {plain(sought.names[0])}, from {sources}. Times are UTC."
    out.print(Text(title, style="bold"), Text(), sep="\n")
    for happening in happenings(account):
        out.print(Text.assemble((shown(happening.at), "dim"), "  ", plain(headline(happening, account))))
        for line in details(happening):
            out.print(Padding(Text(f"- {plain(line)}"), (0, 0, 0, INDENT), expand=False))
    if account.earns:
        out.print(Text(), Text("Now", style="bold"), sep="\n")
    for told in account.earns:
        out.print(Text(f"  {plain(standing(told))}"))
    out.print(Text(), Text("The policy, as it is set now", style="bold"), sep="\n")
    for line in policy_words(parts.rules(settings).policy):
        out.print(Text(f"  {line}"))
    last = _hint(account) if looked is None else _looked(looked)
    if last is not None:
        out.print(Text(), Text(last, style="dim"), sep="\n")


def _json(settings: Settings, sought: Sought, account: Account, looked: Looked | None) -> dict[str, object]:
    return {
        "about": sought.names[0],
        "story": [_told(happening, account) for happening in happenings(account)],
        "now": [
            {"earn_id": told.earn.key.earn_id, "state": told.earn.state, "words": standing(told)}
            for told in account.earns
        ],
        "policy": policy_words(parts.rules(settings).policy),
        "topics": None
        if looked is None
        else {"since": looked.since} | {topic: asdict(scanned) for topic, scanned in looked.scanned.items()},
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
        told["outcome"] = asdict(what) | {"source": what.source._asdict()}
    if isinstance(what, ToldCall):
        told["call"] = asdict(what.call)
    if isinstance(what, ToldLetter):
        letter = what.letter
        told["dead_letter"] = {
            "source": letter.record.source._asdict(),
            "reason": letter.reason,
            "message": letter.message,
            "redrives": letter.redrives,
            "sent_again": what.sent_again,
        }
    return told
