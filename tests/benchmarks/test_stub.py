"""The vendor that the benchmarks ask, and what goes wrong there."""

from benchmarks.faults import Faults
from benchmarks.stub import REVOKED, THROTTLED, UNAVAILABLE, Vendor

MANY = range(10_000)


def a_vendor(faults: Faults | None = None) -> Vendor:
    return Vendor(0.02, faults or Faults())


def refused(vendor: Vendor) -> set[int]:
    return {record for record in MANY if vendor.answer([record], 0) == UNAVAILABLE}


def test_what_is_done_twice_is_counted_by_the_record() -> None:
    vendor = a_vendor()

    answers = [vendor.answer([1, 2], 0), vendor.answer([2, 3], 0)]

    assert answers == [REVOKED, REVOKED]
    assert (vendor.counts.calls, vendor.counts.done, vendor.counts.again) == (2, 3, 1)


def test_a_call_repeated_after_a_refusal_is_none_that_was_done_twice() -> None:
    vendor = a_vendor(Faults(unavailable=1.0))

    vendor.answer([1], 0)
    vendor.answer([1], 0)

    assert (vendor.counts.refused, vendor.counts.again) == (2, 0)


def test_about_as_many_calls_are_refused_as_were_asked_to_be() -> None:
    assert 60 < len(refused(a_vendor(Faults(unavailable=0.01)))) < 140


def test_the_same_records_are_refused_in_every_run() -> None:
    faults = Faults(unavailable=0.01)

    assert refused(a_vendor(faults)) == refused(a_vendor(faults))


def test_a_record_that_hangs_is_answered_the_second_time() -> None:
    vendor = a_vendor(Faults(hang=1.0))

    answers = [vendor.answer([1], 0), vendor.answer([1], 0)]

    assert answers == [None, REVOKED]


def test_about_as_many_records_hang_as_were_asked_to() -> None:
    vendor = a_vendor(Faults(hang=0.01))

    assert 60 < sum(vendor.answer([record], 0) is None for record in MANY) < 140


def test_the_hung_record_hangs_until_it_is_healed_and_was_not_done_before() -> None:
    vendor = a_vendor(Faults(hung=5))

    before = [vendor.answer([4, 5], 0), vendor.answer([5], 0)]
    vendor.heal()

    assert before == [None, None]
    assert vendor.answer([5], 0) == REVOKED
    assert vendor.counts.again == 0


def test_beyond_so_many_calls_in_a_second_it_throttles() -> None:
    vendor = a_vendor(Faults(a_second=2))

    answers = [vendor.answer([record], second) for record, second in ((1, 7), (2, 7), (3, 7), (3, 8))]

    assert answers == [REVOKED, REVOKED, THROTTLED, REVOKED]
