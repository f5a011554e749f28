"""Whether the registry's client can ask an issuer for tokens by what the file says."""

from collections.abc import Iterator

from consumer.settings.certificates import Found
from consumer.settings.kafka_options import Options
from consumer.settings.network import is_in_the_clear, is_url
from consumer.settings.schemas import Schemas

FILE = "schemas.registry_oauth_file"
SOURCE, ISSUER = "bearer.auth.credentials.source", "bearer.auth.issuer.endpoint.url"
SOURCES = ("OAUTHBEARER", "OAUTHBEARER_AZURE_IMDS")
"""A token that is there already has settings of its own."""


def problems(schemas: Schemas) -> Iterator[Found]:
    """What is wrong, by names alone; the client is made, and asks nobody."""
    if schemas.registry_oauth_file is None:
        return
    given = schemas.registry_oauth_file.options
    if given.get(SOURCE) not in SOURCES:
        yield (FILE,), f"must have {SOURCE} as one of {', '.join(SOURCES)}"
        return
    foreign = [name for name in given if not name.startswith("bearer.auth.")]
    if foreign:
        yield (FILE,), f"has {foreign[0]}, which has another place; it is for bearer.auth.* alone"
        return
    words = _refusal(given)
    if words is not None:
        yield (FILE,), f"is refused by the registry's client: {words}"
    issuer = str(given.get(ISSUER, ""))
    if ISSUER in given and not is_url(issuer):
        yield (FILE,), f"must have a URL like https://HOST as {ISSUER}"
    elif is_in_the_clear(issuer) and not schemas.allow_plaintext:
        clear = "as http:// would show the secret to the network; or set schemas.allow_plaintext"
        yield (FILE, "schemas.allow_plaintext"), f"must have an https:// address as {ISSUER}, {clear}"


def _refusal(given: Options) -> str | None:
    """What the client says against the properties."""
    # Only where it is asked for: it loads more than all the settings.
    from confluent_kafka.schema_registry import SchemaRegistryClient  # noqa: PLC0415 - as said

    try:
        # Confluent's cloud alone asks which cluster is meant.
        SchemaRegistryClient({"url": "http://localhost", "bearer.auth.logical.cluster": "", **given}).close()
    except (ValueError, TypeError) as error:
        return str(error)
    return None
