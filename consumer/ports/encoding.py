"""Bytes ↔ fields and outcomes."""

from collections.abc import Mapping
from typing import Protocol

from consumer.core.notification import Foreign
from consumer.core.outcome import RevokeOutcome


class Decoder(Protocol):
    """Bytes of one topic's records → the fields of its schema."""

    def decode(self, value: bytes) -> Mapping[str, object] | Foreign:
        """The fields, or that the record is none of the topic's business.

        Raises Undecodable, or SchemaMissing when `learn` must come first.
        """
        ...

    async def learn(self, schema_id: int) -> bool:
        """Ask the registry; False when it does not know the id. Raises Unavailable when it does not answer."""
        ...


class OutcomeEncoder(Protocol):
    """An outcome ↔ its bytes."""

    def encode(self, outcome: RevokeOutcome) -> bytes:
        """Avro single-object bytes: what the ledger keeps."""
        ...

    def publish(self, stored: bytes) -> bytes:
        """The same outcome in the encoding of the results topic."""
        ...

    def decode(self, stored: bytes) -> RevokeOutcome:
        """The outcome that `encode` was given."""
        ...
