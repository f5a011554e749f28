"""What customers do: each story is a few purchases and the returns that follow, in their order."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.end_to_end.shop import Purchase, Return, Shop

FIRST_OF_OTHERS = 5_000_000
"""Customers who return what another one bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    purchases: tuple[Purchase, ...]
    returns: tuple[Return, ...]


def whole(shop: Shop, customer_id: int) -> Story:
    bought = shop.purchase(customer_id)
    back = shop.a_return(bought, shop.chance.choice(["FULL", "CANCELLED"]))
    return Story(purchases=(bought,), returns=(replace(back, sole=True),))


def one_line(shop: Shop, customer_id: int) -> Story:
    bought = shop.purchase(customer_id)
    line_id, quantity = shop.chance.choice(bought.lines)
    some = shop.chance.choice([quantity, 0.5])
    back = shop.a_return(bought, "LINE_ITEM", ((line_id, some),))
    return Story(purchases=(bought,), returns=(replace(back, sole=True),))


def line_by_line(shop: Shop, customer_id: int) -> Story:
    """Partial returns that add up to the whole bill, in halves of a line at times."""
    bought = shop.purchase(customer_id, earns=shop.chance.randint(1, 3))
    parts = []
    for line_id, quantity in bought.lines:
        halves = [quantity / 3, quantity * 2 / 3] if shop.chance.random() < 0.3 else [quantity]
        parts += [((line_id, part),) for part in halves]
    shop.chance.shuffle(parts)
    return Story(purchases=(bought,), returns=tuple(shop.a_return(bought, "LINE_ITEM", part) for part in parts))


def twice_over(shop: Shop, customer_id: int) -> Story:
    """The same bill comes back in full twice, under two event ids."""
    bought = shop.purchase(customer_id, earns=2)
    return Story(purchases=(bought,), returns=(shop.a_return(bought, "FULL"), shop.a_return(bought, "CANCELLED")))


def amount_then_rest(shop: Shop, customer_id: int) -> Story:
    bought = shop.purchase(customer_id)
    returns = [shop.a_return(bought, "AMOUNT")]
    if shop.chance.random() < 0.5:
        returns.append(shop.a_return(bought, "LINE_ITEM", bought.lines))
    return Story(purchases=(bought,), returns=tuple(returns))


def exchange(shop: Shop, customer_id: int) -> Story:
    bought = [shop.purchase(customer_id) for _ in range(shop.chance.randint(1, 3))]
    return Story(purchases=tuple(bought), returns=(shop.mixed(bought),))


def nobody(shop: Shop, customer_id: int) -> Story:
    """A return without a customer, or of somebody who is not interested."""
    bought = shop.purchase(customer_id)
    fields = {"bill_number": bought.bill, "return_type": "FULL", "lines": []}
    if shop.chance.random() < 0.5:
        back = shop.told({**fields, "type": "RETURN", "customer_id": None}, bought, ())
    else:
        back = shop.told({**fields, "type": "NOT_INTERESTED_RETURN"}, bought, ())
    return Story(purchases=(bought,), returns=(replace(back, sole=True),))


def unknown_purchase(shop: Shop, customer_id: int) -> Story:
    bought = shop.purchase(customer_id, earns=0)
    return Story(purchases=(bought,), returns=(replace(shop.a_return(bought, "FULL"), sole=True),))


def somebody_elses(shop: Shop, customer_id: int) -> Story:
    bought = shop.purchase(FIRST_OF_OTHERS + customer_id, earns=1)
    back = shop.a_return(replace(bought, customer_id=customer_id), "FULL")
    return Story(purchases=(bought,), returns=(replace(back, sole=True),))


STORIES: dict[Callable[[Shop, int], Story], int] = {
    whole: 26,
    one_line: 18,
    line_by_line: 14,
    twice_over: 6,
    amount_then_rest: 7,
    exchange: 12,
    nobody: 6,
    unknown_purchase: 5,
    somebody_elses: 6,
}


def a_story(shop: Shop, customer_id: int) -> Story:
    """One story of chance."""
    tell = shop.chance.choices(list(STORIES), weights=list(STORIES.values()))[0]
    return tell(shop, customer_id)
