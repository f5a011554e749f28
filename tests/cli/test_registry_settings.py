"""Who we are to the registry is shown over TLS, on this machine, or where somebody said so."""

import json
from pathlib import Path

import pytest

from consumer.settings import load
from consumer.wiring.adapters import schema_registry
from tests.cli.given_settings import RIGHT, problems

AUTH = {"REGISTRY_AUTH": "user:password"}
TOKEN = {"REGISTRY_TOKEN": "token"}
AWAY = {"REGISTRY_URL": "http://registry.example:8081"}


def schemas(**given: str) -> dict[str, str]:
    return {f"CONSUMER_SCHEMAS__{name}": value for name, value in given.items()}


@pytest.mark.parametrize("credentials", [AUTH, TOKEN])
@pytest.mark.parametrize("url", ["http://registry.example:8081", "HTTP://10.0.0.1/apis"])
def test_credentials_in_the_clear_are_refused_with_the_remedy(credentials: dict[str, str], url: str) -> None:
    (line,) = problems(RIGHT | schemas(REGISTRY_URL=url, **credentials))

    assert line.startswith(
        "schemas.registry_url: must be https://, as http:// would show the credentials to the network"
    )
    assert line.endswith("; or set schemas.allow_plaintext")


def test_those_in_a_file_as_well(tmp_path: Path) -> None:
    file = tmp_path / "auth"
    file.write_text("user:password", encoding="utf-8")

    (line,) = problems(RIGHT | schemas(**AWAY, REGISTRY_AUTH_FILE=str(file)))

    assert line.startswith("schemas.registry_url: must be https://")


@pytest.mark.parametrize(
    "given",
    [
        AWAY,
        AWAY | AUTH | {"ALLOW_PLAINTEXT": "true"},
        AUTH | {"REGISTRY_URL": "http://127.0.0.1:8081"},
        TOKEN | {"REGISTRY_URL": "http://localhost:8081"},
        TOKEN | {"REGISTRY_URL": "https://registry.example"},
    ],
)
def test_without_credentials_on_this_machine_by_tls_or_on_request_it_is_fine(given: dict[str, str]) -> None:
    assert load(None, RIGHT | schemas(**given)).schemas.registry_url == given["REGISTRY_URL"]


SENTINEL = "kept-to-itself"
OAUTH = {
    "bearer.auth.credentials.source": "OAUTHBEARER",
    "bearer.auth.issuer.endpoint.url": "https://issuer.example/token",
    "bearer.auth.client.id": "us",
    "bearer.auth.client.secret": SENTINEL,
    "bearer.auth.scope": "schemas",
}
REGISTRY = {"REGISTRY_URL": "https://registry.example"}


def by_oauth(folder: Path, **changes: object) -> dict[str, str]:
    """The settings of a registry whose client asks for tokens; what is changed to None is not there."""
    file = folder / "oauth.json"
    given = OAUTH | {f"bearer.auth.{name.replace('_', '.')}": value for name, value in changes.items()}
    file.write_text(json.dumps({name: value for name, value in given.items() if value is not None}), encoding="utf-8")
    return schemas(**REGISTRY, REGISTRY_OAUTH_FILE=str(file))


def test_a_file_has_what_its_client_asks_for_tokens_with(tmp_path: Path) -> None:
    settings = load(None, RIGHT | by_oauth(tmp_path))

    registry = schema_registry(settings)

    assert registry is not None
    registry.close()
    assert settings.schemas.registry_oauth() == OAUTH
    assert SENTINEL not in repr(settings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"credentials_source": "STATIC_TOKEN"}, "must have bearer.auth.credentials.source as one of OAUTHBEARER, "),
        ({"credentials_source": None}, "must have bearer.auth.credentials.source as one of OAUTHBEARER, "),
        ({"client_secret": None}, "is refused by the registry's client: Missing required OAuth configuration proper"),
        ({"client_id": 7}, "is refused by the registry's client: bearer.auth.client.id must be a str"),
        ({"no_such": SENTINEL}, "is refused by the registry's client: Unrecognized properties: bearer.auth.no.such"),
        ({"issuer_endpoint_url": "http://issuer"}, "must have an https:// address as bearer.auth.issuer.endpoint.url"),
        (
            {"issuer_endpoint_url": "not a url ["},
            "must have a URL like https://HOST as bearer.auth.issuer.endpoi",
        ),
        ({"issuer_endpoint_url": " http://issuer"}, "must have a URL like https://HOST as bearer.auth.issuer.endpoint"),
        ({"issuer_endpoint_url": "issuer"}, "must have a URL like https://HOST as bearer.auth.issuer.endpoint.url"),
    ],
)
def test_what_its_client_cannot_ask_with_is_told_by_name(change: dict[str, object], words: str, tmp_path: Path) -> None:
    (line,) = problems(RIGHT | by_oauth(tmp_path, **change))

    assert line.startswith(f"schemas.registry_oauth_file: {words}")
    assert SENTINEL not in line


def test_what_has_another_place_is_refused(tmp_path: Path) -> None:
    given = by_oauth(tmp_path)
    (tmp_path / "oauth.json").write_text(json.dumps(OAUTH | {"timeout": 1}), encoding="utf-8")

    (line,) = problems(RIGHT | given)

    assert line.startswith("schemas.registry_oauth_file: has timeout, which has another place")


def test_there_is_one_way_in_and_none_of_them_in_the_clear(tmp_path: Path) -> None:
    twice, clear = (
        problems(RIGHT | by_oauth(tmp_path) | schemas(**TOKEN)),
        problems(RIGHT | by_oauth(tmp_path) | schemas(**AWAY)),
    )

    assert twice == ("schemas.registry_oauth_file: is set beside credentials or a token: remove one",)
    assert [line.partition(": must be")[0] for line in clear] == ["schemas.registry_url"]
