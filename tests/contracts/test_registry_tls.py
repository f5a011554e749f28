"""A real schema registry behind TLS: only the right one is spoken to, and only who shows a certificate comes in."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from consumer.adapters.avro import REVOKE_OUTCOME, Registry, RegistryAccess, load_schema
from consumer.cli import connect
from consumer.cli.finding import Finding
from consumer.ports import Unavailable
from consumer.settings import Settings, load
from consumer.wiring.adapters import schema_registry
from tests.cli.given_settings import RIGHT
from tests.testbed.certificates import Authority, Pair
from tests.testbed.tls_front import TlsFront, server_context

pytestmark = pytest.mark.registry
SCHEMA = load_schema(REVOKE_OUTCOME).text
PASSWORD = "unlocks"  # noqa: S105 - of a key made for the test


@dataclass(frozen=True)
class Place:
    """Where the registry is, and what opens it."""

    access: RegistryAccess
    locked: Pair
    other_ca: Path


@pytest.fixture(scope="module")
def place(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    authority = Authority(tmp_path_factory.mktemp("right"), "authority")
    other = Authority(tmp_path_factory.mktemp("wrong"), "other")
    at, own = urlsplit(registry), authority.pair("consumer")
    context = server_context(authority.pair("registry"), clients=authority.certificate)
    with closing(TlsFront((at.hostname or "", at.port or 80), context)) as front:
        yield Place(
            access=RegistryAccess(
                url=front.url + at.path,
                timeout=10.0,
                ca=authority.certificate,
                certificate=own.certificate,
                key=own.key,
            ),
            locked=authority.pair("locked", password=PASSWORD),
            other_ca=other.certificate,
        )


async def words(access: RegistryAccess) -> str | None:
    """What is told of a registry that gives no answer."""
    with closing(Registry(access)) as client, pytest.raises(Unavailable) as caught:
        await client.schema_texts(1)
    assert caught.value.reason == "registry"
    return caught.value.words


async def test_with_the_right_authority_and_a_certificate_schemas_are_registered_and_read(place: Place) -> None:
    client = schema_registry(settings_for(place.access))
    assert client is not None
    with closing(client):
        schema_id = await client.register("tls-value", SCHEMA)

        assert await client.schema_texts(schema_id) is not None


async def test_the_key_may_be_locked_by_a_password(place: Place) -> None:
    pair = place.locked
    locked = replace(place.access, certificate=pair.certificate, key=pair.key, key_password=lambda: PASSWORD)

    with closing(Registry(locked)) as client:
        assert await client.schema_texts(999_999) is None


async def test_a_registry_of_another_authority_is_refused_with_the_remedy(place: Place) -> None:
    told = await words(replace(place.access, ca=place.other_ca))

    assert told is not None
    assert told.startswith("the certificate is refused: ")
    assert told.endswith("; name the file of the authority that signed it in schemas.registry_ca")


async def test_who_shows_no_certificate_does_not_come_in(place: Place) -> None:
    with closing(Registry(replace(place.access, certificate=None, key=None))) as client, pytest.raises(Unavailable):
        await client.schema_texts(1)


def settings_for(access: RegistryAccess) -> Settings:
    """Settings that name this registry."""
    named = {"URL": access.url, "CA": access.ca, "CERTIFICATE": access.certificate, "KEY": access.key}
    environ = {f"CONSUMER_SCHEMAS__REGISTRY_{name}": str(value) for name, value in named.items() if value is not None}
    return load(None, RIGHT | environ)


def found(access: RegistryAccess) -> Finding:
    """What `check --connect` says."""
    (finding,) = connect._registry(settings_for(access))
    return finding


def test_the_check_speaks_to_it_as_the_service_does(place: Place) -> None:
    refused = found(replace(place.access, ca=place.other_ca))

    assert (found(place.access).well, refused.well) == (True, False)
    assert "the certificate is refused" in refused.text
    assert "schemas.registry_ca" in refused.text
