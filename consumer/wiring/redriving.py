"""Settings → the parts of a redrive, and the redrive done."""

import time
from collections.abc import Callable
from contextlib import closing

from consumer.adapters.kafka.dead_letters import DeadLetterTopic
from consumer.adapters.kafka.sending_again import AgainSender
from consumer.core.redrive import Fate, Letter
from consumer.flow.redrive import Redrive, Wish
from consumer.settings import Settings
from consumer.wiring import parts
from consumer.wiring.values import Values

Tell = Callable[[Letter, Fate], None]


def look(settings: Settings, wish: Wish, values: Values, tell: Tell) -> None:
    """Say of each dead letter what a redrive would do with it. Raises Fatal, BadOption, Unavailable."""
    with closing(DeadLetterTopic(parts.kafka_config(settings), group(settings))) as topic:
        Redrive(topic, wish, values.customer_of, tell).look()


def send(settings: Settings, wish: Wish, values: Values, tell: Tell) -> None:
    """Send the chosen dead letters again. Raises Fatal, BadOption, Unavailable."""
    config = parts.kafka_config(settings)
    name = group(settings)
    with closing(DeadLetterTopic(config, name)) as topic, closing(AgainSender(config, name, topic.group)) as sender:
        Redrive(topic, wish, values.customer_of, tell).send(sender, pace(wish.rate, time.monotonic, time.sleep))


def group(settings: Settings) -> str:
    """The group whose offsets remember what was sent again."""
    return f"{settings.kafka.group_id}-redrive"


def pace(rate: float | None, clock: Callable[[], float], sleep: Callable[[float], None]) -> Callable[[int], None]:
    """Waits after each batch until no more than `rate` letters a second are sent since now."""
    began = clock()

    def pause(sent: int) -> None:
        if rate is not None:
            sleep(max(0.0, began + sent / rate - clock()))

    return pause
