"""Values of the domain ↔ what the tables hold."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from consumer.core.model import (
    BillNumber,
    Earn,
    EarnedFromType,
    EarnKey,
    EarnState,
    LineId,
    LineQuantity,
    Millis,
    OrgId,
    PromotionId,
    PromotionType,
    PurchaseKey,
    StoreCode,
    TillCode,
)

Row = Sequence[Any]
"""A row as the driver gives it: text, numbers, bytes and None."""

REMEMBERED = 4096
"""How many texts are remembered with what they mean: the same come up again in each step of a return."""

SEPARATOR = "\x1f"
ESCAPE = "\x1e"
EARN_COLUMNS = (
    "org_id",
    "earn_id",
    "customer_id",
    "promotion_id",
    "promotion_type",
    "earned_from",
    "purchase",
    "line_ids",
    "earned_at",
    "state",
    "claim",
)
"""What `earn_of` takes, in this order."""

NO_PROMOTION = PromotionId("")
NEVER = Millis(0)
"""What an earn has whose end was told before the earn itself."""

STATES = {state.value: state for state in EarnState}
PROMOTION_TYPES = {kind.value: kind for kind in PromotionType}
SOURCES = {source.value: source for source in EarnedFromType}


def purchase_text(purchase: PurchaseKey) -> str:
    """The purchase as one text; no two purchases share one."""
    parts = (purchase.org_id, purchase.bill_number, purchase.store_code or "", purchase.till_code or "")
    text = SEPARATOR.join(parts)
    if text.count(SEPARATOR) == len(parts) - 1 and ESCAPE not in text:
        return text
    return SEPARATOR.join(part.replace(ESCAPE, ESCAPE + "e").replace(SEPARATOR, ESCAPE + "s") for part in parts)


@lru_cache(REMEMBERED)
def purchase_of(text: str) -> PurchaseKey:
    """The purchase that `purchase_text` was given."""
    parts = text.split(SEPARATOR)
    if ESCAPE in text:
        parts = [part.replace(ESCAPE + "s", SEPARATOR).replace(ESCAPE + "e", ESCAPE) for part in parts]
    org, bill, store, till = parts
    return PurchaseKey(
        org_id=OrgId(org),
        bill_number=BillNumber(bill),
        store_code=StoreCode(store) if store else None,
        till_code=TillCode(till) if till else None,
    )


def lines_text(lines: Iterable[LineQuantity]) -> str | None:
    """Lines with their quantities as JSON; nothing for none."""
    # Put together by hand in a quarter of the time that json.dumps takes.
    return _array(f"[{quoted(line.line_id)},{line.quantity!r}]" for line in lines) if lines else None


def lines_of(text: str | None) -> tuple[LineQuantity, ...]:
    """The lines that `lines_text` was given."""
    if text is None:
        return ()
    return tuple(LineQuantity(line_id=LineId(line), quantity=float(quantity)) for line, quantity in json.loads(text))


def texts_json(texts: Iterable[str]) -> str:
    """Texts as a JSON array."""
    return _array(map(quoted, texts))


def line_ids_text(line_ids: frozenset[LineId]) -> str | None:
    """Line ids as JSON, in their order; nothing for none."""
    return texts_json(sorted(line_ids)) if line_ids else None


@lru_cache(REMEMBERED)
def line_ids_of(text: str | None) -> frozenset[LineId]:
    """The line ids that `line_ids_text` was given."""
    return frozenset() if text is None else frozenset(json.loads(text))


def earn_of(row: Row) -> Earn:
    """The earn of a row that starts with EARN_COLUMNS."""
    org, earn, customer, promotion, kind, source, purchase, line_ids, earned_at, state, claim = row[:11]
    return Earn(
        key=EarnKey(org_id=org, earn_id=earn),
        customer_id=customer,
        promotion_id=promotion or NO_PROMOTION,
        promotion_type=None if kind is None else PROMOTION_TYPES[kind],
        earned_from=EarnedFromType.ACTIVITY if source is None else SOURCES[source],
        purchase=None if purchase is None else purchase_of(purchase),
        line_ids=line_ids_of(line_ids),
        earned_at=earned_at or NEVER,
        state=STATES[state],
        claim=claim,
    )


def _array(items: Iterable[str]) -> str:
    return f"[{','.join(items)}]"
