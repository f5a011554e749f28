"""The real parts of the flow, wired around any ports, in time that moves by itself."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass

from consumer.core.breaker import HoldPolicy
from consumer.core.model import EarnedFromType, Millis, OrgId
from consumer.core.plan import PartialReturns, Policy
from consumer.core.purchase import BillScope
from consumer.core.quota import Share
from consumer.core.retry import RetryPolicy
from consumer.flow.call import Caller
from consumer.flow.feed import Feed
from consumer.flow.gate import Gate, GateConfig
from consumer.flow.intake import Inflow, Take
from consumer.flow.lanes import Lanes
from consumer.flow.late import Late
from consumer.flow.outlet import Outlet
from consumer.flow.ownership import Ownership
from consumer.flow.reader import Reader
from consumer.flow.returns import Returns
from consumer.flow.settlement import Settler
from consumer.flow.world import Rules, World
from consumer.ports import Decoder, Ledger, OutcomeEncoder, Publisher, RevokeApi
from tests.builders import MOST_LINES
from tests.flow.fakes import EARNS, RETURNS, PickleDecoder, PickleEncoder, Silence

ALL_MINE = Share(own_returns=1, all_returns=1, own_earns=1, all_earns=1)
POLICY = Policy(
    partial_returns=PartialReturns.MATCHING_LINES,
    revoke_earned_from=frozenset({EarnedFromType.ACTIVITY}),
    max_return_age=None,
)
RETRY = RetryPolicy(initial=0.5, max=60.0, give_up_after=3600.0)
LEASE = 300.0
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How records are really read and outcomes really written, for who does not want them pickled."""

    returns: Decoder
    earns: Decoder
    encoder: OutcomeEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The operator's choices; `per_minute` 0: no quota."""

    concurrency: int = 64
    per_minute: float = 0
    policy: Policy = POLICY
    retry: RetryPolicy = RETRY
    max_earns_per_call: int = 1000
    verify_uncertain: bool = True
    flood_ratio: float = 0.5
    codec: Codec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the flow is wired to."""

    api: RevokeApi
    ledger: Ledger
    publisher: Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One instance, to which nothing is assigned yet."""

    inflow: Inflow
    gate: Gate
    lanes: Lanes
    outlet: Outlet
    telemetry: Silence
    decoder: PickleDecoder
    tasks: list[asyncio.Task[None]]


def now() -> Millis:
    """The time of day, by the loop's clock."""
    return Millis(1_700_000_000_000 + int(asyncio.get_running_loop().time() * 1000))


def parts(ports: Ports, options: Options) -> Parts:
    """The parts, as the wiring makes them."""
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[None]] = []

    def spawn(work: Coroutine[None, None, None]) -> None:
        tasks.append(loop.create_task(work))

    def chance() -> float:
        return 0.5

    telemetry, decoder = Silence(), PickleDecoder()
    codec = options.codec or Codec(returns=decoder, earns=decoder, encoder=PickleEncoder())
    encoder = codec.encoder
    gate = Gate(_gate_config(options), loop=loop, chance=chance)
    gate.share(ALL_MINE)
    outlet = Outlet(ports.publisher, encoder, telemetry, loop, flood_ratio=options.flood_ratio)
    outlet.on_flood(gate.shut)
    lanes = Lanes(spawn)
    ownership = Ownership(lanes, loop, drain=20.0)
    rules = _rules(options)
    world = World(
        rules=rules,
        ledger=ports.ledger,
        encoder=encoder,
        caller=Caller(ports.api, gate, telemetry, loop),
        gate=gate,
        late=Late(ports.ledger, encoder, rules.policy),
        settler=Settler(ports.ledger, encoder, outlet, now),
        outlet=outlet,
        telemetry=telemetry,
        loop=loop,
        now=now,
        chance=chance,
        is_ours=ownership.is_ours,
        may_ask_on=ownership.may_ask_on,
        may_finish=ownership.may_finish,
        on_rest=ownership.look,
    )
    readers = {
        topic: Reader(each, options.retry, telemetry, chance)
        for topic, each in ((RETURNS, codec.returns), (EARNS, codec.earns))
    }
    takes: dict[str, Take] = {
        RETURNS: Returns(readers[RETURNS], lanes, world),
        EARNS: Feed(readers[EARNS], lanes, world),
    }
    return Parts(
        inflow=Inflow(takes=takes, ownership=ownership, spawn=spawn),
        gate=gate,
        lanes=lanes,
        outlet=outlet,
        telemetry=telemetry,
        decoder=decoder,
        tasks=tasks,
    )


def _gate_config(options: Options) -> GateConfig:
    return GateConfig(
        concurrency=options.concurrency,
        per_minute=options.per_minute,
        reserve=0.05,
        hold=HoldPolicy(initial=options.retry.initial, max=options.retry.max),
    )


def _rules(options: Options) -> Rules:
    return Rules(
        policy=options.policy,
        retry=options.retry,
        scope=BillScope.ORG,
        default_org=OrgId("100"),
        max_lines=MOST_LINES,
        max_earns_per_call=options.max_earns_per_call,
        lease=int(LEASE * 1000),
        verify_uncertain=options.verify_uncertain,
    )
