"""Settings → the ledger's story book."""

from consumer.adapters.avro import REVOKE_OUTCOME, OutcomeCodec, load_schema
from consumer.adapters.ledger.story import StoryBook
from consumer.core.model import OrgId
from consumer.settings import Settings


def story_book(settings: Settings) -> StoryBook:
    """The ledger, to be asked. Raises OldSchema, or FileNotFoundError where there is none."""
    codec = OutcomeCodec(load_schema(REVOKE_OUTCOME), registry=None, results_topic=settings.topics.results)
    return StoryBook(settings.ledger.location(), OrgId(settings.api.org_id or ""), codec.decode)
