"""The schemas this product ships, and their fingerprints."""

import json
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from consumer.adapters.avro.parsed_schema import ParsedSchema, fingerprint_of, parse_reader

RETURN_TRANSACTION = "return_transaction"
EARN_EVENT = "earn_event"
REVOKE_OUTCOME = "revoke_outcome"

SINGLE_OBJECT_MARKER = b"\xc3\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSchema:
    """One schema of ours: as written in its file, and as Avro's binary encoding needs it."""

    text: str
    parsed: ParsedSchema
    header: bytes
    """What a single-object encoding starts with: the marker and the fingerprint of the canonical form."""

    @property
    def name(self) -> str:
        """The record's name without its namespace."""
        return str(json.loads(self.text)["name"])


def load_schema(file_stem: str) -> OwnSchema:
    """The schema in `<file_stem>.avsc`."""
    text = (_schemas() / f"{file_stem}.avsc").read_text(encoding="utf-8")
    parsed = parse_reader(text)
    return OwnSchema(text=text, parsed=parsed, header=SINGLE_OBJECT_MARKER + fingerprint_of(parsed))


def _schemas() -> Traversable | Path:
    """Where the schemas are: inside the installed package, or beside it in a checkout."""
    shipped = resources.files("consumer") / "schemas"
    if shipped.is_dir():
        return shipped
    return Path(__file__).parents[3] / "schemas"
