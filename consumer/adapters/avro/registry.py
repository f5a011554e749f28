"""A Confluent-compatible schema registry."""

import asyncio
import time
from collections.abc import Callable
from typing import NewType, TypeVar

import httpx2
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, SchemaRegistryError

from consumer.adapters.avro.registry_access import RegistryAccess, properties
from consumer.adapters.avro.registry_bearer import bearer
from consumer.adapters.avro.survey import Unusable
from consumer.ports import Unavailable, tls_refusal

SCHEMA_NOT_FOUND = 40403
REFERENCE_NOT_FOUND = frozenset({40401, 40402})
"""No such subject, no such version: what a schema refers to was deleted."""
UNAUTHORIZED = frozenset({401, 403})
REFUSALS = frozenset({409, 422})
"""Incompatible with what the subject has; not a schema. Asking again would not help."""

_GARBLED = (ValueError, KeyError, TypeError, AttributeError)
"""What the client raises over a body that is not JSON, or JSON that no registry says."""

Answer = TypeVar("Answer")
SchemaTexts = NewType("SchemaTexts", tuple[str, ...])
"""A schema after all those that it refers to."""


class SchemaRefused(Exception):  # noqa: N818 - the registry's word, told as it is
    """The registry will not have our schema under this subject; a person must change one of them."""


class Registry:
    """Asks the registry, in a thread, once at a time for the same schema; remembers nothing."""

    def __init__(self, access: RegistryAccess, clock: Callable[[], float] = time.monotonic) -> None:
        self._bearer = bearer(access, clock)
        shown = {} if self._bearer is None else self._bearer.properties()
        self._client = SchemaRegistryClient({**properties(access), **shown})
        self._asking: dict[int, asyncio.Task[SchemaTexts | Unusable | None]] = {}

    async def schema_texts(self, schema_id: int) -> SchemaTexts | Unusable | None:
        """The schema with this id; None when the registry does not know it. Raises Unavailable."""
        asked = self._asking.get(schema_id)
        if asked is None:
            asked = asyncio.create_task(asyncio.to_thread(self._fetch, schema_id))
            self._asking[schema_id] = asked
            asked.add_done_callback(lambda done: self._answered(schema_id, done))
        return await asyncio.shield(asked)

    async def register(self, subject: str, schema_text: str) -> int:
        """The id of this schema under this subject, given now or before. Raises Unavailable, SchemaRefused."""
        return await asyncio.to_thread(self._register, subject, schema_text)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
        if self._bearer is not None:
            self._bearer.close()

    def _answered(self, schema_id: int, done: asyncio.Task[SchemaTexts | Unusable | None]) -> None:
        del self._asking[schema_id]
        if not done.cancelled():
            done.exception()  # seen here, for those who asked may have gone

    def _fetch(self, schema_id: int) -> SchemaTexts | Unusable | None:
        try:
            schema = self._asked(lambda: self._client.get_schema(schema_id))
            return _texts(schema, self._referred)
        except SchemaRegistryError as error:
            if error.error_code == SCHEMA_NOT_FOUND:
                return None
            if error.error_code in REFERENCE_NOT_FOUND:
                return Unusable("it refers to a schema that the registry does not have")
            raise Unavailable("registry", words=_words(error)) from _unechoed(error)

    def _referred(self, subject: str, version: int) -> Schema:
        return self._asked(lambda: self._client.get_version(subject, version).schema)

    def _register(self, subject: str, schema_text: str) -> int:
        try:
            schema_id = self._asked(lambda: self._client.register_schema(subject, Schema(schema_text, "AVRO")))
        except SchemaRegistryError as error:
            if error.http_status_code in REFUSALS:
                raise SchemaRefused(
                    f"the schema registry refuses revoke_outcome.avsc under {subject!r} ({error.error_message}); "
                    "delete that subject, relax its compatibility, or set schemas.output to single-object"
                ) from error
            raise Unavailable("registry", words=_words(error)) from _unechoed(error)
        if not isinstance(schema_id, int):
            raise Unavailable("registry")
        return schema_id

    def _asked(self, question: Callable[[], Answer]) -> Answer:
        """The answer of one request. Nothing of ours runs where what no registry says is taken for silence."""
        if self._bearer is not None:
            self._bearer.get_ready()
        try:
            return question()
        except SchemaRegistryError as error:
            if self._bearer is not None and error.http_status_code in UNAUTHORIZED:
                self._bearer.refused()
            raise
        except httpx2.HTTPError as error:  # nothing came, or what came was no HTTP
            raise Unavailable("registry", words=_words(error)) from error
        except _GARBLED as error:
            words = f"what it answers is not a registry's ({type(error).__name__})"
            raise Unavailable("registry", words=words) from error


def _words(error: Exception) -> str | None:
    """What a person must mend, where that is known."""
    if isinstance(error, SchemaRegistryError):
        status = error.http_status_code
        return f"it refuses our credentials ({status})" if status in UNAUTHORIZED else None
    return tls_refusal(error, "schemas.registry_ca")


def _unechoed(error: SchemaRegistryError) -> SchemaRegistryError:
    """The error; one about who we are in our own words, as the registry's may repeat our credentials."""
    words = _words(error)
    return error if words is None else SchemaRegistryError(error.http_status_code, error.error_code, words)


def _texts(schema: Schema, referred: Callable[[str, int], Schema]) -> SchemaTexts | Unusable:
    """The schema's text after the texts of all it refers to, each once."""
    texts: dict[str, None] = {}
    seen: set[tuple[str, int]] = set()

    def add(one: Schema) -> None:
        for reference in one.references or ():
            place = (reference.subject or "", reference.version or 0)
            if place not in seen:
                seen.add(place)
                add(referred(*place))
        texts[one.schema_str or ""] = None

    if (schema.schema_type or "AVRO") != "AVRO":
        return Unusable("it is not an Avro schema")
    add(schema)
    return SchemaTexts(tuple(texts))
