"""The verb `policy`: two rules on the ledger's past, as a table or as JSON."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import assert_never

import typer
from rich import box
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from consumer.adapters.ledger import OldSchema
from consumer.cli.causes import MISCONFIGURED, expected, say
from consumer.cli.console import console, plain
from consumer.cli.moment import moment, shown
from consumer.core.comparison import Compared, Comparison, Fate, Kept, Refused, Taken
from consumer.core.model import Millis
from consumer.core.plan import PartialReturns
from consumer.core.policy_words import policy_words
from consumer.core.story_words import KEPT_WORDS
from consumer.settings import Settings
from consumer.wiring.comparing import comparison

Rules = tuple[PartialReturns, PartialReturns]


def compare(settings: Settings, rules: Rules, since: str | None, *, as_json: bool) -> None:
    """Show what the one rule takes back and the other does not; nothing is changed."""
    if rules[0] is rules[1]:
        say(f"--compare: {rules[0]} twice has nothing to compare; name two rules")
        raise typer.Exit(MISCONFIGURED)
    try:
        begin = Millis(0) if since is None else moment(since, Millis(time.time_ns() // 1_000_000))
    except ValueError as error:
        say(f"--since: {error}")
        raise typer.Exit(MISCONFIGURED) from None
    with expected(OSError, OldSchema, SQLAlchemyError):
        found = comparison(settings, rules, begin)
    if as_json:
        typer.echo(json.dumps(_json(found, rules, begin), indent=2, ensure_ascii=False))
        return
    out = console()
    out.print(Text("\n".join(_heading(found, rules, begin))))
    if found.promotions:
        out.print(_table(found, rules))
    for line in _reasons(found, rules):
        out.print(Text(line))
    out.print(f"Nothing was changed. policy.partial_returns is {settings.policy.partial_returns}.")


def _heading(found: Comparison, rules: Rules, begin: Millis) -> Iterator[str]:
    when = f"since {shown(begin)} (UTC)" if begin else "of all time"
    yield f"Returns {when}, from the ledger: {found.returns}. Purchases they are of: {found.purchases}."
    for rule, policy in zip(rules, found.policies, strict=True):
        yield f"  {rule}: {policy_words(policy)[0]}"


def _table(found: Comparison, rules: Rules) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=True)
    rows = sorted(found.promotions.items(), key=lambda item: (-item[1].only_first - item[1].only_second, item[0]))
    names = ("earns", "first", "second", "only_first", "only_second")
    titles = ("Earns", *(f"{rule} revokes" for rule in rules), *(f"Only {rule}" for rule in rules))
    table.add_column("Promotion", footer="All")
    for title, name in zip(titles, names, strict=True):
        table.add_column(title, justify="right", footer=str(sum(getattr(counts, name) for _, counts in rows)))
    for promotion, counts in rows:
        table.add_row(Text(plain(promotion)), *(str(getattr(counts, name)) for name in names))
    return table


def _reasons(found: Comparison, rules: Rules) -> Iterator[str]:
    if not found.differences:
        yield "No earn is treated differently."
    for at, (rule, side) in enumerate(zip(rules, found.sides, strict=True)):
        if side.left:
            yield f"Why {rule} leaves what {rules[1 - at]} takes:"
        for reason, count in side.left.most_common():
            yield f"  {count} {plain(KEPT_WORDS.get(reason, reason))}"
    letters = [side.dead_letters for side in found.sides]
    if any(letters):
        yield f"Dead letters (729, 730): {letters[0]} by {rules[0]}, {letters[1]} by {rules[1]}."
    if found.customers:
        yield f"Customers who would see a difference: {len(found.customers)}."


def _json(found: Comparison, rules: Rules, begin: Millis) -> dict[str, object]:
    return {
        "since": begin,
        "purchases": found.purchases,
        "returns": found.returns,
        "policies": [_side(found, rule, at) for at, rule in enumerate(rules)],
        "promotions": {
            promotion: {
                "earns": counts.earns,
                "revoked": [counts.first, counts.second],
                "only": [counts.only_first, counts.only_second],
            }
            for promotion, counts in sorted(found.promotions.items())
        },
        "customers": len(found.customers),
        "differences": found.differences,
        "listed": [_difference(each) for each in found.listed],
    }


def _side(found: Comparison, rule: PartialReturns, at: int) -> Mapping[str, object]:
    side = found.sides[at]
    return {"partial_returns": rule, "dead_letters": side.dead_letters, "leaves": dict(side.left)}


def _difference(each: Compared) -> Mapping[str, object]:
    earn = each.earn
    return {
        "org_id": earn.key.org_id,
        "earn_id": earn.key.earn_id,
        "promotion_id": earn.promotion_id,
        "customer_id": earn.customer_id,
        "bill_number": None if earn.purchase is None else earn.purchase.bill_number,
        "state_now": earn.state,
        "fates": [_fate(each.first), _fate(each.second)],
    }


def _fate(fate: Fate) -> Mapping[str, object]:
    match fate:
        case Taken(by=by):
            return {"fate": "revoked", "by": by}
        case Refused(by=by, code=code):
            return {"fate": "dead-letter", "by": by, "code": code}
        case Kept(reason=reason):
            return {"fate": "kept", "reason": reason}
        case _:
            assert_never(fate)
