"""How large what comes from outside may be: beyond it, it is refused instead of read."""

from typing import Annotated

from pydantic import Field

from consumer.settings.section import Section

DEEPEST = 500
"""Python's own parser gives up at about twice this."""
Size = Annotated[int, Field(gt=0)]


class Limits(Section):
    """How large what comes from outside may be. A record beyond is `INVALID`, an answer beyond counts as unreadable."""

    record_bytes: Size = Field(default=4 * 1024 * 1024, description="The value of a record, in bytes.")
    json_depth: int = Field(default=64, ge=4, le=DEEPEST, description="Objects and arrays inside one another in JSON.")
    lines: Size = Field(
        default=10_000, description="Lines of a return or an earn; earns or promotions that a notification lists."
    )
    answer_bytes: Size = Field(
        default=1024 * 1024, description="The vendor's answer to a revoke, in bytes, decompressed."
    )
    listing_bytes: Size = Field(default=8 * 1024 * 1024, description="Its listing for one customer, likewise.")
