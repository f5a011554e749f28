"""Structured logs: one JSON object a line on stdout, or colours on a terminal."""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from consumer.adapters.logs.events import EVENTS
from consumer.adapters.logs.sampling import ALIKE_BY, Sampler
from consumer.ports import EventName

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["json", "console"]
LEVELS: Mapping[Level, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
# ASCII only: a lone surrogate in an event id must not break the line.
_ENCODE = json.JSONEncoder(default=str, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Log:
    """Where events are told; any thread may."""

    logger: FilteringBoundLogger
    sampler: Sampler

    def event(self, name: EventName, **fields: object) -> None:
        """One line, at the level that belongs to the event. There is none for a name that is not on the list.

        Of those that may come in floods, none while another that tells the same stands for it.
        """
        if name in ALIKE_BY:
            alike = repr((name, *(fields.get(field) for field in ALIKE_BY[name])))
            repeated = self.sampler.let_through(alike)
            if repeated is None:
                return
            fields |= repeated
        self.logger.log(LEVELS[EVENTS[name].level], name, **fields)


def opened(level: Level, form: Format | None, stream: BinaryIO, clock: Callable[[], float] = time.monotonic) -> Log:
    """A log that writes lines of at least `level` to `stream`; without `form`, colours only on a terminal."""
    chosen = form or ("console" if stream.isatty() else "json")
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.BytesLogger(stream),
        processors=_processors(chosen, colors=stream.isatty()),
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
    ).bind()
    return Log(logger, Sampler(clock))


def on_stdout(level: Level, form: Format | None) -> Log:
    """The log of the process, with all that libraries log through the standard library."""
    log = opened(level, form, sys.stdout.buffer)
    # What libraries tell below a warning is for their authors.
    logging.basicConfig(level=max(LEVELS[level], logging.WARNING), handlers=[Libraries(log)], force=True)
    logging.captureWarnings(capture=True)
    return log


class Libraries(logging.Handler):
    """Makes an event `library` of what a library logs."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Tell it at its own level, its traceback included."""
        told = {"library": record.name, "message": record.getMessage()}
        if record.exc_info:
            self._log.logger.log(record.levelno, "library", **told, exc_info=record.exc_info)
        else:
            self._log.logger.log(record.levelno, "library", **told)


def _processors(form: Format, *, colors: bool) -> list[Processor]:
    first: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if form == "json":
        return [*first, structlog.processors.format_exc_info, _json]
    return [*first, _console(colors=colors)]


def _json(_: WrappedLogger, __: str, fields: EventDict) -> bytes:
    return _ENCODE(fields).encode("ascii")


def _console(*, colors: bool) -> Processor:
    render = structlog.dev.ConsoleRenderer(colors=colors)

    def encoded(logger: WrappedLogger, method: str, fields: EventDict) -> bytes:
        return render(logger, method, fields).encode("utf-8", "backslashreplace")

    return encoded
