"""An answer may repeat who asked: what shows who we are is taken out of it before anybody reads or keeps it."""

from collections.abc import Iterable
from dataclasses import replace

from consumer.core.model import RequestId
from consumer.ports import Response

HIDDEN = "***"
SHORTEST = 8
"""Characters of what is looked for; anything shorter may stand in an answer by chance."""


def without_echo(answer: Response, shown: Iterable[str]) -> Response:
    """The answer without the values of these headers, also as JSON may write them."""
    body, request_id = answer.body, answer.request_id
    for value in shown:
        secret = value.removeprefix("Basic ").rstrip("=")
        if len(secret) < SHORTEST:
            continue
        for form in (secret, secret.replace("/", r"\/")):
            body = body.replace(form.encode(), HIDDEN.encode())
        if request_id is not None:
            request_id = RequestId(request_id.replace(secret, HIDDEN))
    if body == answer.body and request_id == answer.request_id:
        return answer
    return replace(answer, body=body, request_id=request_id)
