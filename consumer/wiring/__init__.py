"""Settings → running parts; the only package that knows every adapter."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path

from consumer.adapters.avro import SchemaRefused
from consumer.adapters.kafka import BadOption
from consumer.adapters.ledger import OldSchema
from consumer.adapters.logs import Log, on_stdout
from consumer.core.shadow import Foreseen, Foresight
from consumer.settings import Settings
from consumer.wiring import shadowing
from consumer.wiring.build import build, real_ends
from consumer.wiring.ends import Ends
from consumer.wiring.service import Service
from consumer.wiring.tracing import TracesRefused

REFUSALS: Mapping[type[Exception], str] = {
    OldSchema: "ledger.url",
    SchemaRefused: "schemas.output",
    BadOption: "kafka.options",
    TracesRefused: "OpenTelemetry's variables",
}
"""What a part refuses only when it meets the world, and the setting that is wrong then."""

__all__ = ["REFUSALS", "run", "serve", "shadow"]


def run(settings: Settings) -> int:
    """Run one instance until it is stopped or dies; the exit code. Raises what REFUSALS names."""
    return _run(settings, real_ends())


def shadow(settings: Settings, ledger: Path) -> tuple[int, Foreseen]:
    """Run one that calls nobody and publishes nothing, on a ledger of its own; the exit code, and what it foresaw.

    Raises what REFUSALS names.
    """
    foresight = Foresight(returns_topic=settings.topics.returns, flood_ratio=settings.dead_letters.flood_ratio)
    code = _run(shadowing.shadowed(settings, ledger), shadowing.ends(foresight))
    return code, foresight.so_far()


def _run(settings: Settings, ends: Ends) -> int:
    log = on_stdout(settings.log.level, settings.log.format)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(serve(settings, log, ends))


async def serve(settings: Settings, log: Log, ends: Ends) -> int:
    """One instance on the running loop, ended by SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    service = Service(settings, build(settings, log, loop, ends))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)
    return await service.run()


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.Loop
