"""What would show the network our credentials for the brokers is refused, wherever it stands."""

import json
from pathlib import Path

import pytest

from consumer.settings import exposed, load
from tests.cli.given_settings import RIGHT, problems

SENTINEL = "kept-to-itself"
PLAIN = {"sasl.mechanism": "PLAIN", "sasl.username": "us", "sasl.password": SENTINEL}
ISSUER = "sasl.oauthbearer.token.endpoint.url"
TOKEN = {"security.protocol": "sasl_ssl", "sasl.mechanism": "OAUTHBEARER", "sasl.oauthbearer.method": "oidc"}
OIDC = TOKEN | {"sasl.oauthbearer.client.id": "us", "sasl.oauthbearer.client.secret": SENTINEL}


def given(place: str, folder: Path, options: dict[str, str]) -> dict[str, str]:
    """The properties in the settings, or in a file."""
    if place == "kafka.options":
        return RIGHT | {"CONSUMER_KAFKA__OPTIONS": json.dumps(options)}
    file = folder / "options.json"
    file.write_text(json.dumps(options), encoding="utf-8")
    return RIGHT | {"CONSUMER_KAFKA__OPTIONS_FILE": str(file)}


@pytest.fixture(params=["kafka.options", "kafka.options_file"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("mechanism", ["PLAIN", "OAUTHBEARER"])
def test_a_password_or_a_token_as_it_is_without_tls_is_refused(mechanism: str, place: str, tmp_path: Path) -> None:
    shown = PLAIN | {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": mechanism}

    (line,) = problems(given(place, tmp_path, shown))

    what = "without TLS, which shows the credentials to the network; set security.protocol=sasl_ssl"
    assert line == f"{place}: has SASL {mechanism} {what}"


@pytest.mark.parametrize(
    ("changed", "brokers"),
    [
        ({"security.protocol": "sasl_ssl"}, "broker:9092"),
        ({"security.protocol": "sasl_plaintext"}, "localhost:9092"),
        ({"security.protocol": "sasl_plaintext", "sasl.mechanism": "SCRAM-SHA-512"}, "broker:9092"),
    ],
)
def test_with_tls_on_this_machine_or_by_a_proof_of_it_a_password_is_fine(
    changed: dict[str, str], brokers: str, place: str, tmp_path: Path
) -> None:
    environ = given(place, tmp_path, PLAIN | changed) | {"CONSUMER_KAFKA__BOOTSTRAP_SERVERS": brokers}

    assert load(None, environ).kafka.all_options()["sasl.password"] == SENTINEL


def test_a_proof_of_a_password_without_tls_is_a_warning(place: str, tmp_path: Path) -> None:
    shown = PLAIN | {"security.protocol": "sasl_plaintext", "sasl.mechanism": "SCRAM-SHA-512"}

    warned = dict(exposed(load(None, given(place, tmp_path, shown)), {}))

    assert "set security.protocol=sasl_ssl" in warned["kafka.options"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://issuer.example/t", f"an https:// address as {ISSUER}, as http:// would show the secret to the netw"),
        ("HTTP://10.0.0.1/t", f"an https:// address as {ISSUER}, as http:// would show the secret to the network"),
        *(
            (odd, f"a URL like https://HOST as {ISSUER}")
            for odd in ("not a url [", " http://i/t", "ftp://i", "https://")
        ),
    ],
)
def test_an_issuer_in_the_clear_or_that_is_nowhere_is_refused(url: str, words: str, place: str, tmp_path: Path) -> None:
    (line,) = problems(given(place, tmp_path, OIDC | {ISSUER: url}))

    assert line.startswith(f"{place}: must have {words}")
    assert SENTINEL not in line


@pytest.mark.parametrize("url", ["https://issuer.example/t?tenant=1", "http://localhost:8080/t", "http://127.0.0.1/t"])
def test_an_issuer_by_tls_or_on_this_machine_is_fine(url: str, place: str, tmp_path: Path) -> None:
    assert load(None, given(place, tmp_path, OIDC | {ISSUER: url})).kafka.all_options()[ISSUER] == url


def test_that_another_way_is_named_hides_no_issuer_in_the_clear(place: str, tmp_path: Path) -> None:
    other = {ISSUER: "http://issuer.example/t", "sasl.oauthbearer.metadata.authentication.type": "none"}

    (line,) = problems(given(place, tmp_path, OIDC | other))

    assert line.startswith(f"{place}: must have an https:// address as {ISSUER}")


def test_a_machine_s_own_issuer_is_asked_without_a_secret_and_by_http(place: str, tmp_path: Path) -> None:
    url = "http://169.254.169.254/metadata/identity/oauth2/token"
    azure = TOKEN | {ISSUER: url, "sasl.oauthbearer.metadata.authentication.type": "azure_imds"}

    options = load(None, given(place, tmp_path, azure | {"sasl.oauthbearer.config": "query=resource=r"})).kafka

    assert options.all_options()[ISSUER] == url
