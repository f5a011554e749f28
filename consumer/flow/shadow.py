"""A way out that ends before the topics: what would have been published is counted, and only offsets move."""

from collections.abc import Sequence

from consumer.core.shadow import Foresight
from consumer.ports import Completion, OutcomeEncoder, Publisher


class Unpublished:
    """Takes the place of the publisher. The outcomes it is given must be encoded as the ledger keeps them."""

    def __init__(self, offsets: Publisher, encoder: OutcomeEncoder, foresight: Foresight) -> None:
        self._offsets = offsets
        self._encoder = encoder
        self._foresight = foresight

    def publish(self, completions: Sequence[Completion]) -> None:
        """Count each, and pass on nothing but its record."""
        for each in completions:
            value = None if each.outcome is None else each.outcome.value
            outcome = None if value is None else self._encoder.decode(value)
            self._foresight.done(each.record, outcome, each.dead_letter_reason)
        self._offsets.publish([Completion(record=each.record, outcome=None, dead_letter=None) for each in completions])
