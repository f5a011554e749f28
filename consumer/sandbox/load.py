"""A shop that does not close: `python -m consumer.sandbox.load` keeps a Kafka and a sandbox busy."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Annotated, Literal

import httpx
import typer

from consumer.core.model import CustomerId
from consumer.sandbox.demo.broker import Writer
from consumer.sandbox.demo.story import Told
from consumer.sandbox.demo.telling import back, earned, failed, line, nothing, revoked

LATER = 20
"""Purchases between one and the return of its goods, and between that and an earn that is told late."""
CUSTOMERS = 500
FIRST_CUSTOMER = 5001
PROMOTIONS = {"coffee": "1", "stamp": "2"}
"""What a purchase earns, and by which of its lines."""
PATIENCE = 10.0
Fate = Literal["kept", "back", "one line back", "spent", "told late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """The n-th of a run; `at` is when something is told of it, in milliseconds."""

    run: str
    number: int
    at: int

    @property
    def fate(self) -> Fate:
        """What becomes of it, without chance: half is kept, and so few are spent that dead letters stay rare."""
        if self.number % 240 == 120:  # noqa: PLR2004 - as the docstring says
            return "spent"
        if self.number % 20 == 10:  # noqa: PLR2004 - as the docstring says
            return "told late"
        fates: tuple[Fate, ...] = ("back", "kept", "one line back", "kept")
        return fates[self.number % 4]

    @property
    def customer(self) -> CustomerId:
        """Regulars, each coming again and again."""
        return CustomerId(FIRST_CUSTOMER + self.number % CUSTOMERS)

    @property
    def bill(self) -> str:
        """A number of its own."""
        return f"L-{self.run}-{self.number}"

    def earns(self) -> tuple[Told, ...]:
        """What it earned."""
        mark = "729" if self.fate == "spent" else ""
        return tuple(
            earned(self.customer, self.bill, promotion, mark, line_ids=[line_id], earned_at=self.at)
            for promotion, line_id in PROMOTIONS.items()
        )

    def returns(self) -> tuple[Told, ...]:
        """What comes back of it, and how that ends where the service keeps up."""
        times = {"purchased_at": self.at, "returned_at": self.at}
        match self.fate:
            case "kept":
                return ()
            case "one line back":
                ending = revoked("REVOKED", "KEPT_BY_POLICY other-line")
                return (back(self.customer, self.bill, "LINE_ITEM", ending, lines=[line("1")], **times),)
            case "back":
                ending = revoked("REVOKED", "REVOKED")
            case "spent":
                ending = failed("ALREADY_REDEEMED 729", "ALREADY_REDEEMED 729", letter="729")
            case "told late":
                ending = nothing()
        return (back(self.customer, self.bill, "FULL", ending, **times),)


def told(run: str, number: int, at: int) -> tuple[Told, ...]:
    """All that the shop's systems tell while its n-th purchase is made: its earns, returns and late earns of others."""
    this, earlier, long_ago = (Purchase(run=run, number=number - ago, at=at) for ago in (0, LATER, 2 * LATER))
    return (
        *(() if this.fate == "told late" else this.earns()),
        *(earlier.returns() if earlier.number >= 0 else ()),
        *(long_ago.earns() if long_ago.number >= 0 and long_ago.fate == "told late" else ()),
    )


def held(records: Iterable[Told]) -> list[dict[str, object]]:
    """The earns among these records, as the sandbox is told that their customers hold them."""
    earns = (json.loads(record.value or b"{}") for record in records if record.topic == "earns")
    return [
        {"customerId": earn["customer_id"], "promotionId": earn["promotion_id"], "earnId": earn["earn_id"]}
        for earn in earns
    ]


def main(
    bootstrap: Annotated[str, typer.Option(help="The brokers, which have the topics under their default names.")],
    vendor: Annotated[str, typer.Option(help="The address of a `returns-consumer sandbox`.")],
    rate: Annotated[float, typer.Option(min=0.01, help="Purchases a second.")] = 2.0,
    purchases: Annotated[int | None, typer.Option(min=1, help="Close after so many.")] = None,
) -> None:
    """Sell and take back until told to stop."""
    run, writer, opened = f"{time.time_ns():x}", Writer(bootstrap), time.monotonic()
    with httpx.Client(base_url=vendor, timeout=PATIENCE) as client:
        for number in count() if purchases is None else range(purchases):
            records = told(run, number, int(time.time() * 1000))
            client.post("/sandbox/earns", json=held(records)).raise_for_status()
            writer.write(records)
            time.sleep(max(0.0, opened + (number + 1) / rate - time.monotonic()))


if __name__ == "__main__":
    typer.run(main)
