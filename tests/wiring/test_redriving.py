"""The pace of a redrive."""

from consumer.wiring.redriving import pace


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_no_more_letters_a_second_are_sent_than_the_rate_says() -> None:
    time = Time()
    pause = pace(20.0, time.clock, time.sleep)

    pause(20)
    assert time.now == 101.0
    pause(160)
    assert time.now == 108.0


def test_after_a_stall_no_more_is_made_up_for_than_a_second() -> None:
    time = Time()
    pause = pace(20.0, time.clock, time.sleep)

    time.now += 60
    pause(20)
    assert time.now == 160.0
    pause(40)
    pause(60)
    assert time.now == 162.0


def test_without_a_rate_nobody_waits() -> None:
    time = Time()

    pace(None, time.clock, time.sleep)(1_000_000)

    assert time.now == 100.0
