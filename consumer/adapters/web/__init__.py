"""The HTTP port: probes and metrics for machines, one page for people."""

from consumer.adapters.web.page import (
    Answered,
    Fact,
    Headline,
    Instance,
    Lane,
    Page,
    Partition,
    Series,
    SetAside,
    Tone,
    Topic,
)
from consumer.adapters.web.port import Health, Views, WebPort

__all__ = [
    "Answered",
    "Fact",
    "Headline",
    "Health",
    "Instance",
    "Lane",
    "Page",
    "Partition",
    "Series",
    "SetAside",
    "Tone",
    "Topic",
    "Views",
    "WebPort",
]
