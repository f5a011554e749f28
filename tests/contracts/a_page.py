"""A page as a test wants it; all of it is there unless the test names something else."""

import math
from dataclasses import replace
from typing import Any

from consumer.adapters.web import Answered, Fact, Headline, Instance, Lane, Page, Partition, Series, SetAside, Topic
from consumer.core.model import Coordinates, Millis

NOW = Millis(1_795_000_000_000)
HEADLINE = Headline(tone="good", phase="Running", sentence="Running: 12 records open, the oldest 3 s old.")


def answered(event_id: str = "r1", **more: Any) -> Answered:
    """The outcome of one return."""
    made = Answered(
        at=NOW,
        event_id=event_id,
        source=Coordinates("return-transactions", 3, 41_870),
        status="REVOKED",
        notes=(),
    )
    return replace(made, **more)


def a_series(title: str = "Outcomes a minute", **more: Any) -> Series:
    """A wave over the whole hour."""
    wave = tuple((3600.0 - 10 * n, 50 + 20 * math.sin(n / 25)) for n in range(361))
    return replace(Series(title=title, unit="count", points=wave), **more)


def an_instance(*, shadow: bool = False) -> Instance:
    """It is up for two hours and a minute."""
    return Instance(
        version="1.2.3", group="returns-consumer", host="returns-0", started=Millis(NOW - 7_260_000), shadow=shadow
    )


def a_page(**more: Any) -> Page:
    """An instance at work."""
    made = Page(
        instance=an_instance(),
        at=NOW,
        headline=HEADLINE,
        since=3725.0,
        facts=(Fact(name="Open records", value="12", note="the oldest is 3 s old"),),
        series=(a_series(),),
        lanes=(Lane(age=3.0, records=4, working=True), Lane(age=1.5, records=1, working=False)),
        lanes_in_all=9,
        set_aside=(SetAside(reason="729", meaning="the customer has spent it", count=2),),
        answered=(answered(),),
        topics=(
            Topic(
                name="return-transactions",
                partitions=(
                    Partition(number=0, watermark=41_800, open=12, behind=40, map_used=0.031, paused=False),
                    Partition(number=3, watermark=41_871, open=0, behind=None, map_used=0.0, paused=True),
                ),
            ),
        ),
    )
    return replace(made, **more)
