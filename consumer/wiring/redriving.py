"""Settings → the parts of a redrive, and the redrive done."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from consumer.adapters.kafka.dead_letters import DeadLetterTopic
from consumer.adapters.kafka.sending_again import AgainSender
from consumer.core.redrive import Fate, Letter
from consumer.flow.redrive import Redrive, Steps, Wish
from consumer.settings import Settings
from consumer.wiring import parts
from consumer.wiring.values import Values

Tell = Callable[[Letter, Fate], None]
BURST = 1.0
"""Seconds of the rate that may be made up for after a stall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriving:
    """A redrive on the brokers of the settings. Each method raises Fatal, BadOption, Unavailable."""

    settings: Settings
    wish: Wish
    values: Values

    def look(self, tell: Tell) -> bool:
        """Say of each dead letter what a redrive would do with it. Whether any earlier redrive is remembered."""
        with closing(DeadLetterTopic(parts.kafka_config(self.settings), group(self.settings))) as topic:
            return Redrive(topic, self.wish, self.values.customer_of, tell).look()

    def send(self, tell: Tell, ahead: Callable[[Letter], None]) -> None:
        """Send the chosen dead letters again; `ahead` hears of each before it is sent."""
        config = parts.kafka_config(self.settings)
        name = group(self.settings)
        steps = Steps(ahead=ahead, pause=pace(self.wish.rate, time.monotonic, time.sleep))
        with closing(DeadLetterTopic(config, name)) as topic, closing(AgainSender(config, name, topic.group)) as sender:
            Redrive(topic, self.wish, self.values.customer_of, tell).send(sender, steps)


def group(settings: Settings) -> str:
    """The group whose offsets remember what was sent again."""
    return f"{settings.kafka.group_id}-redrive"


def pace(rate: float | None, clock: Callable[[], float], sleep: Callable[[float], None]) -> Callable[[int], None]:
    """Waits after each batch so that no more than `rate` letters a second are sent, and after a stall no burst."""
    due, before = clock(), 0

    def pause(sent: int) -> None:
        nonlocal due, before
        if rate is None:
            return
        now = clock()
        due, before = max(due, now - BURST) + (sent - before) / rate, sent
        sleep(max(0.0, due - now))

    return pause
