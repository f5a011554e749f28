"""What the plots are made of."""

import asyncio
from itertools import count

from consumer.wiring.history import EVERY, KEPT, History, Sample, a_minute, oldest
from tests.flow import virtual_time


def a_sample(at: float, outcomes: int = 0, age: float = 0.0) -> Sample:
    return Sample(at=at, outcomes=outcomes, calls=0, dead_letters=0, oldest=age)


def test_what_was_counted_in_the_minute_before_is_told_for_each_sample() -> None:
    steady = [a_sample(10.0 * n, outcomes=100 * n) for n in range(13)]
    burst = [a_sample(10.0 * n, outcomes=50 if n >= 3 else 0) for n in range(13)]

    assert a_minute(steady, lambda it: it.outcomes, 120.0) == tuple((110.0 - 10 * n, 600.0) for n in range(12))
    assert [value for _, value in a_minute(burst, lambda it: it.outcomes, 120.0)] == [
        *(0.0, 0.0, 100.0, 75.0, 60.0, 50.0, 50.0, 50.0),
        *(0.0, 0.0, 0.0, 0.0),
    ]


def test_one_sample_tells_no_rate_and_two_that_are_close_neither() -> None:
    assert a_minute([], lambda it: it.outcomes, 9.0) == ()
    assert a_minute([a_sample(1.0)], lambda it: it.outcomes, 9.0) == ()
    assert a_minute([a_sample(1.0), a_sample(1.0, outcomes=5)], lambda it: it.outcomes, 9.0) == ()
    assert a_minute([a_sample(1.0), a_sample(5.0, outcomes=5)], lambda it: it.outcomes, 9.0) == ()


def test_after_a_long_sleep_the_rate_is_since_the_sample_before() -> None:
    slept = [a_sample(0.0), a_sample(10.0, outcomes=5), a_sample(3_010.0, outcomes=55)]

    assert a_minute(slept, lambda it: it.outcomes, 3_010.0)[-1] == (0.0, 1.0)


def test_the_age_of_the_oldest_is_told_as_it_was() -> None:
    assert oldest([a_sample(10.0, age=3.5), a_sample(20.0)], 25.0) == ((15.0, 3.5), (5.0, 0.0))


def test_a_week_of_samples_is_no_more_than_an_hour_of_them() -> None:
    async def main() -> None:
        loop, numbers = asyncio.get_running_loop(), count()
        history = History(lambda: a_sample(loop.time(), outcomes=next(numbers)))
        keeping = loop.create_task(history.keep())
        await asyncio.sleep(7 * 24 * 3600.0)
        keeping.cancel()

        samples = history.samples()
        assert len(samples) == KEPT
        assert samples[-1].at - samples[0].at == (KEPT - 1) * EVERY
        assert 3600.0 <= samples[-1].at - samples[0].at <= 3700.0
        assert samples[0].outcomes < samples[-1].outcomes

    virtual_time.run(main())
