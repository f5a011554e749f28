"""Python's garbage collector, set for a process that holds thousands of records and makes hardly any cycles."""

import gc

YOUNG = 50_000
"""The collector looks at the young objects when so many more were made than let go; by Python's own measure 700."""
MIDDLE = 20
OLD = 100


def collect_seldom() -> None:
    """Leave what is there by now out of all collections, most of it code, and begin them rarely.

    Nearly all that a record needs ends with its last reference. To walk through what is alive took a third of the CPU
    of each return, stopped all threads for a tenth of a second every few seconds, and found nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
