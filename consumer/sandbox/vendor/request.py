"""What the simulated vendor makes of what it is sent."""

import json
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MOST_EARNS = 1000
ROWS_BY_DEFAULT = 10


class _Detail(BaseModel):
    model_config = ConfigDict(strict=True)

    promotion_id: str = Field(alias="promotionId", min_length=1)
    earn_ids: list[str] = Field(alias="earnIds", min_length=1)


class _Body(BaseModel):
    model_config = ConfigDict(strict=True)

    customer_id: int = Field(alias="customerId", gt=0, lt=2**63)
    details: list[_Detail] = Field(alias="earnRevokeDetails", min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRequest:
    """A customer, and (promotion, earn) pairs."""

    customer: int
    earns: tuple[tuple[str, str], ...]


def read_revoke(body: bytes) -> RevokeRequest | None:
    """The request, or None when a required parameter is missing, of the wrong type, or more than 1000 earns come."""
    try:
        read = _Body.model_validate(json.loads(body))
    except (ValidationError, ValueError, RecursionError):
        return None
    earns = tuple((detail.promotion_id, earn) for detail in read.details for earn in detail.earn_ids)
    return RevokeRequest(customer=read.customer_id, earns=earns) if len(earns) <= MOST_EARNS else None


def limit_in(text: str | None) -> int | None:
    """How many rows are asked for; None when it is no number."""
    if text is None:
        return ROWS_BY_DEFAULT
    return int(text) if text.isdecimal() else None
