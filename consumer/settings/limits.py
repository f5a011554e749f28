"""How large what comes from outside may be: beyond it, it is refused instead of read."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from consumer.settings.section import Section

DEEPEST = 500
"""Python's own parser gives up at about twice this."""


def _at_least(least: int, why: str) -> Callable[[int], int]:
    """Refuses what would refuse the ordinary."""

    def checked(value: int) -> int:
        if value < least:
            raise ValueError(f"must be at least {least}, {why}; it is {value}")
        return value

    return checked


Record = Annotated[int, AfterValidator(_at_least(16 * 1024, "or ordinary returns and earns would be refused"))]
Lines = Annotated[int, AfterValidator(_at_least(100, "or ordinary purchases would be refused"))]
Answer = Annotated[int, AfterValidator(_at_least(64 * 1024, "or ordinary answers of the vendor would be left unread"))]


class Limits(Section):
    """How large what comes from outside may be. A record beyond is `INVALID`, an answer beyond counts as unreadable."""

    record_bytes: Record = Field(default=4 * 1024 * 1024, description="The value of a record, in bytes.")
    json_depth: int = Field(default=64, ge=4, le=DEEPEST, description="Objects and arrays inside one another in JSON.")
    lines: Lines = Field(
        default=10_000, description="Lines of a return or an earn; earns or promotions that a notification lists."
    )
    answer_bytes: Answer = Field(
        default=1024 * 1024, description="The vendor's answer to a revoke, in bytes, decompressed."
    )
    listing_bytes: Answer = Field(default=8 * 1024 * 1024, description="Its listing for one customer, likewise.")
