"""How the Kafka thread's time is told apart."""

from consumer.adapters.kafka.laps import Laps


def test_what_a_callback_of_the_consumer_does_is_not_waiting() -> None:
    told: list[str] = []
    laps = Laps(lambda part, _: told.append(part))

    with laps.apart("publish"):
        laps.end("work")
    laps.end("wait")

    assert told == ["wait", "work", "publish", "wait"]
