"""Tokens for the registry, asked of an issuer: its own client stops for ever where one does not say `expires_in`."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import httpx2

from consumer.ports import RENEWED_AT, Unavailable, is_sendable, tls_refusal, token_life

AZURE = "OAUTHBEARER_AZURE_IMDS"
AZURE_ISSUER = "http://169.254.169.254/metadata/identity/oauth2/token"
"""Of each virtual machine its own: `https://learn.microsoft.com/entra/identity/managed-identities-azure-resources`."""
ASKED_AGAIN_AFTER = 1.0
"""Seconds after a failure within which nobody asks: those who wait for the same token are told the same."""
SHUT_OUT = "its issuer gives no token ({}); see schemas.registry_oauth_file"
TRUST = "SSL_CERT_FILE"
"""By what the issuer is trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, and the moments, on the monotonic clock, at which it should be renewed and at which it ends."""

    text: str
    renew_at: float
    ends_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why no token was had, and until when nobody asks again."""

    words: str
    until: float


class Issuer:
    """A token, had when it is first needed, renewed before it ends; those who need it at the same time share one.

    `given` are the `bearer.auth.*` properties as the registry's client documents them. Any thread may ask.
    """

    def __init__(self, given: Mapping[str, object], *, timeout: float, clock: Callable[[], float]) -> None:
        self._given = {name.removeprefix("bearer.auth."): str(value) for name, value in given.items()}
        self._client = httpx2.Client(timeout=timeout)
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._failure: Failure | None = None

    def token(self) -> str:
        """A token that is still good. Raises Unavailable."""
        with self._lock:
            token, now = self._token, self._clock()
            if token is not None and now < token.renew_at:
                return token.text
            try:
                token = self._renewed(now)
            except Unavailable:
                if token is None or now >= token.ends_at:
                    raise
                # It is good to its end; nobody waits for the next.
                token = replace(token, renew_at=now + ASKED_AGAIN_AFTER)
            self._token = token
            return token.text

    def refused(self) -> None:
        """The registry did not take the token: the next is a new one, whatever this one was said to be worth."""
        with self._lock:
            self._token = None

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _renewed(self, now: float) -> Token:
        failure = self._failure
        if failure is None or now >= failure.until:
            try:
                answer = self._asked()
            except httpx2.HTTPError as error:
                kind = tls_refusal(error, TRUST) or type(_first_cause(error)).__name__
                told: Token | str = kind
            else:
                told = _token_in(answer, now)
            if isinstance(told, Token):
                return told
            failure = Failure(words=SHUT_OUT.format(told), until=self._clock() + ASKED_AGAIN_AFTER)
            self._failure = failure
        # Without its cause: what the issuer said may repeat who we are.
        raise Unavailable("registry", words=failure.words)

    def _asked(self) -> httpx2.Response:
        given = self._given
        if given["credentials.source"] == AZURE:
            url, query = httpx2.URL(given.get("issuer.endpoint.url", AZURE_ISSUER)), given.get("issuer.endpoint.query")
            asked = url.copy_with(query=query.encode(), fragment=None) if query else url
            return self._client.get(asked, headers={"Metadata": "true"})
        scope = {"scope": given["scope"]} if given["scope"] else {}
        return self._client.post(
            given["issuer.endpoint.url"],
            data={"grant_type": "client_credentials", **scope},
            headers={"Accept": "application/json"},
            auth=(given["client.id"], given["client.secret"]),
        )


def _first_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    return error


def _token_in(answer: httpx2.Response, asked_at: float) -> Token | str:
    """The token in an issuer's answer (RFC 6749, section 5.1), or the kind of answer without one."""
    if not answer.is_success:
        return f"HTTP {answer.status_code}"
    try:
        said = json.loads(answer.content)
    except (ValueError, RecursionError):
        return "its answer is not JSON"
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(token, str) or not token or not is_sendable(token):
        return "its answer has none"
    life = token_life(said.get("expires_in"))
    return Token(text=token, renew_at=asked_at + life * RENEWED_AT, ends_at=asked_at + life)
