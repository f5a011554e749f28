"""What all lanes share: the operator's choices, the ports, and the parts around them."""

from asyncio import AbstractEventLoop
from collections.abc import Callable
from dataclasses import dataclass

from consumer.core.model import Millis, OrgId, Record
from consumer.core.plan import Policy
from consumer.core.purchase import BillScope
from consumer.core.retry import RetryPolicy
from consumer.flow.call import Caller
from consumer.flow.gate import Gate
from consumer.flow.late import Late
from consumer.flow.outlet import Outlet
from consumer.flow.settlement import Settler
from consumer.ports import Ledger, OutcomeEncoder, Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The operator's choices. `lease` in milliseconds; `default_org` is what a record without one means."""

    policy: Policy
    retry: RetryPolicy
    scope: BillScope
    default_org: OrgId
    max_lines: int
    max_earns_per_call: int
    lease: int
    verify_uncertain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ports and the parts.

    `is_ours` tells whether a record's partition is still this instance's to work, `may_ask_on` whether a request that
    has a part of its answers may ask for the rest for it, `may_finish` whether what is answered may be its end;
    `on_rest` is called when a lane no longer holds a record inside a call or a settlement.
    """

    rules: Rules
    ledger: Ledger
    encoder: OutcomeEncoder
    caller: Caller
    gate: Gate
    late: Late
    settler: Settler
    outlet: Outlet
    telemetry: Telemetry
    loop: AbstractEventLoop
    now: Callable[[], Millis]
    chance: Callable[[], float]
    is_ours: Callable[[Record], bool]
    may_ask_on: Callable[[Record], bool]
    may_finish: Callable[[Record], bool]
    on_rest: Callable[[], None]
