"""The window in which the vendor counts."""

from consumer.flow.last_minute import LastMinute


def test_what_is_a_minute_old_counts_no_more() -> None:
    sent = LastMinute()
    for at in (0.0, 1.0, 59.0):
        sent.note(at)

    assert sent.count(59.0) == 3
    assert sent.count(60.0) == 2
    assert sent.count(119.0) == 0


def test_what_was_not_sent_after_all_does_not_count() -> None:
    sent = LastMinute()
    sent.note(1.0)
    sent.note(2.0)

    sent.take_back(1.0)
    sent.take_back(7.0)

    assert sent.count(3.0) == 1
