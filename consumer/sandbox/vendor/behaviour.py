"""How the simulated vendor behaves: every variant that its documentation leaves open, and every fault."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Fault = Literal["hang", "reset", "drop", "truncate", "garbage", "drip"]


class Behaviour(BaseModel):
    """One behaviour; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency: float = Field(default=0.0, ge=0, description="Seconds before a call is answered.")
    shape: Literal["A", "B"] = Field(default="A", description="`A` names what was revoked; `B` has a code and words.")
    errors: Literal[
        "attributed", "attributed-4xx", "unattributed", "unattributed-4xx", "null-data", "code", "stamped", "status"
    ] = Field(
        default="attributed",
        description="Where an error stands: in `errors` with its earn in a 200 or a 4xx, in `errors` without it, "
        "in `errors` beside `data: null`, in `data.code`, in the gateway's `errorCode`, or in HTTP's status alone.",
    )
    mixed: Literal["partial", "whole"] = Field(
        default="partial", description="Whether a request with an error in it is applied in part or not at all."
    )
    answer: Literal["normal", "empty", "null", "unnamed", "not-success"] = Field(
        default="normal",
        description="What a success looks like: `{}`, `data: null`, nobody named, or a status that is not SUCCESS.",
    )
    already_revoked: Literal[200, 404, 731] = Field(default=731, description="The answer to a second revoke.")
    accept_unknown: bool = Field(default=True, description="Whether an earn never heard of is held by who asks.")
    one_at_a_time: bool = Field(default=True, description="521 for a customer who has a call under way.")
    status: int | None = Field(default=None, ge=200, le=999, description="Answer with this status, doing nothing.")
    fault: Fault | None = Field(
        default=None,
        description="`hang`: do nothing, say nothing. `reset`: do nothing, cut the line. `drop`: revoke, then cut the "
        "line. `truncate`, `garbage`, `drip`: revoke, then half an answer, no JSON, or a byte a second.",
    )
    share: float = Field(default=1.0, ge=0, le=1, description="The share of calls that `status` or `fault` hits.")
    retry_after: Literal["seconds", "date"] | None = Field(default="seconds", description="What a 429 says of waiting.")
    quota_per_minute: int = Field(default=0, ge=0, description="Requests in any 60 s; 0 is no quota.")
    auth: Literal["none", "basic", "oauth"] = Field(default="none", description="Which credentials are asked for.")
    username: str = Field(default="sandbox", description="With `basic`.")
    password: str = Field(default="sandbox", description="With `basic`.")
    oauth_key: str = Field(default="sandbox", description="With `oauth`.")
    oauth_secret: str = Field(default="sandbox", description="With `oauth`.")
    token_ttl: float = Field(default=300.0, gt=0, description="Seconds that a token lives.")
    calls: int | None = Field(
        default=None, ge=1, description="For how many calls this lasts; then it is as it was before."
    )


class Preloaded(BaseModel):
    """An earn that a customer has from the start."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    customer_id: int = Field(alias="customerId")
    promotion_id: str = Field(alias="promotionId")
    earn_id: str = Field(alias="earnId")
    state: Literal["held", "revoked", "redeemed"] = "held"
    promotion_type: Literal["POS", "CUSTOMER", "CODE", "EARNING", "REWARD"] = Field(
        default="CUSTOMER", alias="promotionType"
    )
