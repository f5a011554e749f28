"""One line of the log stands for many."""

from consumer.core.repeats import QUIET, Repeats


def test_what_happens_again_and_again_is_told_once_in_a_while() -> None:
    repeats, told = Repeats(), []

    for now in range(0, 3 * int(QUIET), 2):
        if repeats.is_news("_TRANSPORT", now):
            repeats = repeats.after("_TRANSPORT", now)
            told.append(now)

    assert told == [0, QUIET, 2 * QUIET]


def test_what_was_left_out_is_counted_until_its_like_is_told() -> None:
    repeats = Repeats(quiet=10.0).after("a", 0.0).without("a").without("a")

    assert repeats.left_out == {"a": 2}
    assert repeats.after("a", 10.0).left_out == {}


def test_what_is_over_is_forgotten_unless_some_of_it_was_never_told() -> None:
    repeats = Repeats(quiet=10.0).after("over", 0.0).after("owed", 0.0).without("owed").after("news", 10.0)

    assert repeats.told == {"owed": 0.0, "news": 10.0}


def test_what_was_not_told_of_late_is_told_at_once_beside_it() -> None:
    repeats = Repeats().after("_TRANSPORT", 7.0)

    assert repeats.is_news("_AUTHENTICATION", 7.0)
    assert not repeats.after("_AUTHENTICATION", 7.5).is_news("_TRANSPORT", 8.0)
