"""Spans around the ports where they are asked for; elsewhere nothing stands between the parts."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from consumer.adapters.revoke_api.request import LISTING_PATH, REVOKE_PATH
from consumer.ports import Intake, Publisher, RevokeApi
from consumer.settings import Settings, are_traces_wanted

PORTS = {"https": 443, "http": 80}
Part = TypeVar("Part")


class TracesRefused(Exception):  # noqa: N818 - a setting's state, told as a problem line
    """One of OpenTelemetry's variables makes no sense to its SDK."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracing:
    """What is put around each port; `close` sends what is left."""

    intake: Callable[[Intake], Intake]
    publisher: Callable[[Publisher], Publisher]
    api: Callable[[RevokeApi], RevokeApi]
    close: Callable[[], None]


def tracing(settings: Settings, version: str) -> Tracing:
    """Spans, if the environment asks for them. Raises TracesRefused."""
    if not are_traces_wanted(os.environ):
        return Tracing(intake=_as_it_is, publisher=_as_it_is, api=_as_it_is, close=lambda: None)
    from consumer.adapters import traces  # noqa: PLC0415 - the extra is there only where spans are wanted

    try:
        export = traces.Export(version)
    except ValueError as error:
        raise TracesRefused(str(error)) from error
    tracer, vendor = export.tracer(), urlsplit(settings.api.base_url)
    to = traces.Vendor(
        host=vendor.hostname or "",
        port=vendor.port or PORTS[vendor.scheme],
        revoke=REVOKE_PATH,
        listing=LISTING_PATH.partition("?")[0],
    )
    topic, group = settings.topics.returns, settings.kafka.group_id
    return Tracing(
        intake=lambda intake: traces.TracedIntake(intake=intake, tracer=tracer, topic=topic, group=group),
        publisher=lambda publisher: traces.TracedPublisher(publisher=publisher),
        api=lambda api: traces.TracedApi(api=api, tracer=tracer, vendor=to),
        close=export.close,
    )


def _as_it_is(part: Part) -> Part:
    return part
