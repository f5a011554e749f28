"""A Confluent-compatible schema registry."""

import asyncio
from collections.abc import Callable
from typing import NewType

import httpx2
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, SchemaRegistryError
from confluent_kafka.schema_registry.error import OAuthTokenError

from consumer.adapters.avro.registry_access import RegistryAccess, properties
from consumer.adapters.avro.survey import Unusable
from consumer.ports import Unavailable, tls_refusal

SCHEMA_NOT_FOUND = 40403
REFERENCE_NOT_FOUND = frozenset({40401, 40402})
"""No such subject, no such version: what a schema refers to was deleted."""
UNAUTHORIZED = frozenset({401, 403})
REFUSALS = frozenset({409, 422})
"""Incompatible with what the subject has; not a schema. Asking again would not help."""

_NO_ANSWER = (
    httpx2.HTTPError,  # nothing came, or what came was no HTTP
    ValueError,  # a body that is not JSON
    KeyError,  # JSON that no registry says; likewise the two below
    TypeError,
    AttributeError,
)

SHUT_OUT = "its issuer gives no token; see schemas.registry_oauth_file"

SchemaTexts = NewType("SchemaTexts", tuple[str, ...])
"""A schema after all those that it refers to."""


class SchemaRefused(Exception):  # noqa: N818 - the registry's word, told as it is
    """The registry will not have our schema under this subject; a person must change one of them."""


class Registry:
    """Asks the registry, in a thread, once at a time for the same schema; remembers nothing."""

    def __init__(self, access: RegistryAccess) -> None:
        self._client = SchemaRegistryClient(properties(access))
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

    def _answered(self, schema_id: int, done: asyncio.Task[SchemaTexts | Unusable | None]) -> None:
        del self._asking[schema_id]
        if not done.cancelled():
            done.exception()  # seen here, for those who asked may have gone

    def _fetch(self, schema_id: int) -> SchemaTexts | Unusable | None:
        try:
            schema = self._client.get_schema(schema_id)
            return _texts(schema, self._referred)
        except SchemaRegistryError as error:
            if error.error_code == SCHEMA_NOT_FOUND:
                return None
            if error.error_code in REFERENCE_NOT_FOUND:
                return Unusable("it refers to a schema that the registry does not have")
            raise Unavailable("registry", words=_words(error)) from _unechoed(error)
        except OAuthTokenError:
            # Its text has what the issuer said, which may repeat who we are.
            raise Unavailable("registry", words=SHUT_OUT) from None
        except _NO_ANSWER as error:
            raise Unavailable("registry", words=_words(error)) from error

    def _referred(self, subject: str, version: int) -> Schema:
        return self._client.get_version(subject, version).schema

    def _register(self, subject: str, schema_text: str) -> int:
        try:
            schema_id = self._client.register_schema(subject, Schema(schema_text, "AVRO"))
        except SchemaRegistryError as error:
            if error.http_status_code in REFUSALS:
                raise SchemaRefused(
                    f"the schema registry refuses revoke_outcome.avsc under {subject!r} ({error.error_message}); "
                    "delete that subject, relax its compatibility, or set schemas.output to single-object"
                ) from error
            raise Unavailable("registry", words=_words(error)) from _unechoed(error)
        except OAuthTokenError:
            # Its text has what the issuer said, which may repeat who we are.
            raise Unavailable("registry", words=SHUT_OUT) from None
        except _NO_ANSWER as error:
            raise Unavailable("registry", words=_words(error)) from error
        if not isinstance(schema_id, int):
            raise Unavailable("registry")
        return schema_id


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
