"""Settings → two policies that differ in one rule, and the ledger's past under both."""

from dataclasses import replace

from consumer.adapters.ledger.history import HistoryBook
from consumer.core.comparison import Comparison
from consumer.core.model import Millis
from consumer.core.plan import PartialReturns
from consumer.settings import Settings
from consumer.wiring import parts


def comparison(settings: Settings, rules: tuple[PartialReturns, PartialReturns], since: Millis) -> Comparison:
    """Play the returns since then again. Raises OldSchema, or FileNotFoundError where there is no ledger."""
    book = HistoryBook(settings.ledger.location())
    ours = parts.rules(settings).policy
    first, second = (replace(ours, partial_returns=rule) for rule in rules)
    found = Comparison(policies=(first, second))
    for past in book.since(since):
        found.add(past)
    return found
