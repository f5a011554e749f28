"""Settings and adapters → the flow: from the records that come in to the completions that go out."""

from asyncio import AbstractEventLoop
from collections.abc import Mapping
from dataclasses import dataclass

from consumer.adapters.logs import Log
from consumer.adapters.metrics import Metrics
from consumer.flow.call import Caller
from consumer.flow.feed import Feed
from consumer.flow.gate import Gate
from consumer.flow.intake import Inflow, Take
from consumer.flow.lanes import Lanes
from consumer.flow.late import Late
from consumer.flow.outlet import Outlet
from consumer.flow.ownership import Ownership
from consumer.flow.reader import Reader
from consumer.flow.returns import Returns
from consumer.flow.settlement import Settler
from consumer.flow.world import Rules, World
from consumer.ports import Publisher
from consumer.settings import Settings
from consumer.wiring import parts, views
from consumer.wiring.adapters import Adapters
from consumer.wiring.decoders import SourceTopic, record_decoder
from consumer.wiring.tasks import Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What the rest has to do with: the way in, and the parts that are started, watched and ended."""

    inflow: Inflow
    rules: Rules
    gate: Gate
    caller: Caller
    outlet: Outlet
    lanes: Lanes


def flow(settings: Settings, given: Adapters, loop: AbstractEventLoop, tasks: Tasks, publisher: Publisher) -> Flow:
    """Make the parts, each from those before it."""
    rules = parts.rules(settings)
    gate = _gate(settings, given.metrics, loop)
    caller = Caller(given.tracing.api(given.api), gate, given.metrics, loop)
    told = given.tracing.publisher(publisher)
    outlet = Outlet(told, given.codec, given.metrics, loop, flood_ratio=settings.dead_letters.flood_ratio)
    outlet.on_flood(lambda: _hold_flood(gate, given.log))
    lanes = Lanes(tasks.spawn)
    ownership = Ownership(lanes, loop, drain=settings.kafka.drain)
    world = World(
        rules=rules,
        ledger=given.ledger,
        encoder=given.codec,
        caller=caller,
        gate=gate,
        late=Late(given.ledger, given.codec, rules.policy),
        settler=Settler(given.ledger, given.codec, outlet, parts.now),
        outlet=outlet,
        telemetry=given.metrics,
        loop=loop,
        now=parts.now,
        chance=parts.chance,
        is_ours=ownership.is_ours,
        may_ask_on=ownership.may_ask_on,
        may_finish=ownership.may_finish,
        on_rest=ownership.look,
    )
    inflow = Inflow(takes=_takes(settings, given, lanes, world), ownership=ownership, spawn=tasks.spawn)
    return Flow(inflow=inflow, rules=rules, gate=gate, caller=caller, outlet=outlet, lanes=lanes)


def _gate(settings: Settings, metrics: Metrics, loop: AbstractEventLoop) -> Gate:
    return Gate(
        parts.gate_config(settings),
        loop=loop,
        chance=parts.chance,
        moved=lambda breaker: metrics.circuit_moved(views.circuit(breaker)),
    )


def _takes(settings: Settings, given: Adapters, lanes: Lanes, world: World) -> Mapping[str, Take]:
    """What becomes of the records of each topic."""

    def reader(topic: SourceTopic) -> Reader:
        decoder = record_decoder(settings, topic, given.schemas)
        return Reader(decoder, world.rules.retry, given.metrics, parts.chance)

    return {
        settings.topics.returns: Returns(reader("returns"), lanes, world),
        settings.topics.earns: Feed(reader("earns"), lanes, world),
    }


def _hold_flood(gate: Gate, log: Log) -> None:
    gate.shut()
    log.event("flood")
