"""Settings → running parts; the only package that knows every adapter."""

import asyncio
import signal
from collections.abc import Mapping

from consumer.adapters.avro import SchemaRefused
from consumer.adapters.kafka import BadOption
from consumer.adapters.ledger import OldSchema
from consumer.adapters.logs import Log, on_stdout
from consumer.settings import Settings
from consumer.wiring.build import build
from consumer.wiring.service import Service
from consumer.wiring.tracing import TracesRefused

REFUSALS: Mapping[type[Exception], str] = {
    OldSchema: "ledger.url",
    SchemaRefused: "schemas.output",
    BadOption: "kafka.options",
    TracesRefused: "OpenTelemetry's variables",
}
"""What a part refuses only when it meets the world, and the setting that is wrong then."""

__all__ = ["REFUSALS", "run", "serve"]


def run(settings: Settings) -> int:
    """Run one instance until it is stopped or dies; the exit code. Raises what REFUSALS names."""
    log = on_stdout(settings.log.level, settings.log.format)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(serve(settings, log))


async def serve(settings: Settings, log: Log) -> int:
    """One instance on the running loop, ended by SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    service = Service(settings, build(settings, log, loop))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)
    return await service.run()


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.Loop
