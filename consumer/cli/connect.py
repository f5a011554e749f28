"""Whether what the settings name is there: brokers, topics, registry, ledger, vendor. Nothing is changed."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

import httpx
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from consumer.adapters import ledger
from consumer.adapters.revoke_api import trusting
from consumer.cli.causes import causes
from consumer.cli.connect_kafka import kafka_findings
from consumer.cli.finding import Finding, fine, note, wrong
from consumer.ports import UNSENDABLE, Unavailable, is_sendable, tls_refusal
from consumer.settings import Settings, exposed
from consumer.settings.sections import Api
from consumer.wiring.adapters import schema_registry

ASK = 5.0
"""Seconds for one answer."""
MOST_SKEW = 30.0
"""Seconds between two clocks; a claim's lease and a token's end are measured by ours."""
UNAUTHORIZED = (401, 403)
UNTRIED = (
    "not tried, as only a call that spends quota would tell. The first call of run tells: where it is refused, the log "
    "has credentials_rejected, /status has credentials under holding, and returns wait until they are right"
)


def findings(settings: Settings) -> Iterator[Finding]:
    """One after another, as they are found."""
    yield from (note(name, text) for name, text in exposed(settings, os.environ))
    yield from kafka_findings(settings, ASK)
    for look in (_registry, _ledger, _vendor):
        yield from look(settings)


def _registry(settings: Settings) -> Iterator[Finding]:
    url = settings.schemas.registry_url
    if url is None:
        return
    schemas = settings.schemas
    if schemas.registry_oauth_file is not None:
        yield from _registry_by_oauth(settings)
        return
    user, _, password = schemas.registry_auth_reader()().partition(":")
    token = schemas.registry_token_reader()()
    if not is_sendable(token):
        yield wrong("schemas.registry_token", UNSENDABLE)
        return
    context = trusting(schemas.registry_ca)
    if schemas.registry_certificate is not None:
        secret = schemas.registry_key_password_reader()()
        context.load_cert_chain(schemas.registry_certificate, schemas.registry_key, secret)
    answer = _asked(
        lambda: httpx.get(
            f"{url.rstrip('/')}/subjects",
            auth=(user, password) if user else None,
            headers={"Authorization": f"Bearer {token}"} if token else None,
            verify=context,
            timeout=ASK,
        ),
        "schemas.registry_ca",
    )
    if isinstance(answer, str):
        yield wrong("schemas.registry_url", f"the registry does not answer: {answer}")
    elif answer.status_code in UNAUTHORIZED:
        name = "schemas.registry_token" if token else "schemas.registry_auth"
        yield wrong(name, "the registry refuses these credentials")
    elif answer.is_error:
        yield wrong("schemas.registry_url", f"the registry answers {answer.status_code}; is the path right?")
    else:
        yield fine("schemas.registry_url", "the registry answers")


def _registry_by_oauth(settings: Settings) -> Iterator[Finding]:
    """Whether its issuer gives a token, and it takes that; any schema would do."""
    registry = schema_registry(settings)
    if registry is None:
        return
    try:
        asyncio.run(registry.schema_texts(1))
    except Unavailable as silence:
        is_about_us = silence.words is not None and ("issuer" in silence.words or "credentials" in silence.words)
        name = "schemas.registry_oauth_file" if is_about_us else "schemas.registry_url"
        yield wrong(name, f"the registry is of no use: {silence.words or 'it does not answer'}")
    else:
        yield fine("schemas.registry_url", "the registry answers")
    finally:
        registry.close()


def _ledger(settings: Settings) -> Iterator[Finding]:
    url = settings.ledger.location()
    folder = _folder_of(url)
    problem = None if folder is None else _takes_no_file(folder)
    if problem is not None:
        yield wrong("ledger.url", problem)
        return
    try:
        current = ledger.schema_is_current(url)
        told = ledger.server_time(url)
    except (OSError, SQLAlchemyError) as error:
        yield wrong("ledger.url", f"the ledger cannot be opened: {'; '.join(causes(error))}")
        return
    if current:
        yield fine("ledger.url", "the ledger's schema is current")
    elif folder is not None:
        yield fine("ledger.url", "the ledger is not there yet or not current; run will see to it")
    else:
        yield wrong("ledger.url", "the ledger's schema is not current; run: returns-consumer migrate")
    if told is not None:
        yield _skew(time.time() - told, "the database")


def _folder_of(url: str) -> Path | None:
    """Where SQLite's file is, and its journals beside it; None for a database on a server."""
    parts = make_url(url)
    return Path(parts.database or "").parent if parts.get_backend_name() == "sqlite" else None


def _takes_no_file(folder: Path) -> str | None:
    """Why no file can be made there, if so; the one that is tried has no name and leaves nothing."""
    try:
        TemporaryFile(dir=folder).close()
    except OSError as error:
        remedy = "let this user write to it" if folder.is_dir() else "create it"
        return f"the folder {folder} takes no file ({error.strerror}); {remedy}, or name another"
    return None


def _vendor(settings: Settings) -> Iterator[Finding]:
    api = settings.api
    unreachable = _handshake(api.base_url, api.ca)
    if unreachable is not None:
        yield wrong("api.base_url", f"the vendor cannot be reached: {unreachable}")
        return
    yield fine("api.base_url", "the vendor can be reached")
    yield _clock(api)
    if api.auth == "basic":
        yield note("api.username", UNTRIED)
    elif api.auth == "oauth":
        yield _token(settings)


def _clock(api: Api) -> Finding:
    """Whether our clock goes with the vendor's. It is asked for nothing, without credentials, so no quota is spent."""
    asked_at = time.time()
    answer = _asked(lambda: httpx.head(api.base_url, verify=trusting(api.ca), timeout=ASK), "api.ca")
    if isinstance(answer, str) or (told := _seconds(answer.headers.get("Date"))) is None:
        return note("clock", "the vendor does not tell the time; see that this machine's clock is set by NTP")
    return _skew(asked_at - told, "the vendor")


def _skew(seconds: float, whose: str) -> Finding:
    if abs(seconds) > MOST_SKEW:
        return wrong("clock", f"this machine's clock is {seconds:+.0f} s from {whose}'s; set it by NTP")
    return fine("clock", f"this machine's clock goes with {whose}'s")


def _seconds(date: str | None) -> float | None:
    """An HTTP date, in seconds since 1970; None where it is none."""
    try:
        return None if date is None else parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def _token(settings: Settings) -> Finding:
    api = settings.api
    keys = {"key": api.oauth_key_reader()(), "secret": api.oauth_secret_reader()()}
    url = f"{api.base_url.rstrip('/')}/v3/oauth/token/generate"
    answer = _asked(lambda: httpx.post(url, json=keys, verify=trusting(api.ca), timeout=ASK), "api.ca")
    if isinstance(answer, str):
        return wrong("api.oauth_key", f"the token endpoint does not answer: {answer}")
    if answer.is_success and b"accessToken" in answer.content:
        return fine("api.oauth_key", "the vendor gives a token")
    return wrong("api.oauth_key", f"the vendor gives no token, but status {answer.status_code}")


def _asked(ask: Callable[[], httpx.Response], ca_setting: str) -> httpx.Response | str:
    try:
        return ask()
    except httpx.HTTPError as error:
        return tls_refusal(error, ca_setting) or "; ".join(causes(error))


def _handshake(url: str, ca: Path | None) -> str | None:
    """Why nobody can be reached there, if so; no request is made."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    try:
        with socket.create_connection((host, parts.port or (443 if secure else 80)), timeout=ASK) as plain:
            if secure:
                trusting(ca).wrap_socket(plain, server_hostname=host).close()
    except OSError as error:
        return tls_refusal(error, "api.ca") or "; ".join(causes(error))
    return None
