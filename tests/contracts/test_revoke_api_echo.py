"""What shows who we are is not kept where an answer repeats it."""

import base64
from collections.abc import AsyncIterator

import pytest

from consumer.adapters.revoke_api.echo import HIDDEN, without_echo
from consumer.core.model import RequestId
from consumer.ports import Response
from tests.contracts.a_raw_server import RawServer, a_raw_server, an_answer
from tests.contracts.test_revoke_api_misbehaviour import CALL, an_api

SHOWN = "Basic " + base64.b64encode(b"me:hush").decode()
SLASHED = "Basic " + base64.b64encode(b"me:\xc3\xbf\xc3\xbf?\xc3\xbf").decode()


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with a_raw_server() as told:
        yield told


def a_response(body: str, request_id: str | None = None) -> Response:
    told = None if request_id is None else RequestId(request_id)
    return Response(status=400, body=body.encode(), retry_after=None, request_id=told)


async def test_an_answer_that_repeats_our_header_is_read_without_it(server: RawServer) -> None:
    body = f'{{"errors": [{{"code": 400, "message": "refused: {SHOWN}"}}]}}'.encode()
    server.answers(an_answer(body, status="400 Bad Request", headers=f"X-Cap-Requestid: q1 {SHOWN}\r\n"))
    async with an_api(server.url) as api:
        answers = [await api.revoke(CALL), await api.listing(CALL)]

    hidden = b'{"errors": [{"code": 400, "message": "refused: Basic ***"}]}'
    assert [answer.body.replace(b"=", b"") for answer in answers] == [hidden, hidden]
    assert [(answer.request_id or "").rstrip("=") for answer in answers] == ["q1 Basic ***"] * 2


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        (SLASHED, f"Basic {HIDDEN}"),
        (SLASHED.replace("/", r"\/"), f"Basic {HIDDEN}"),
        (SLASHED.replace("=", r"\u003d"), rf"Basic {HIDDEN}\u003d\u003d"),
    ],
)
def test_it_is_found_as_json_may_write_it(said: str, hidden: str) -> None:
    answer = without_echo(a_response(f'"{said}"'), [SLASHED])

    assert answer.body.decode().replace("=", "") == f'"{hidden}"'


@pytest.mark.parametrize("shown", ["Basic eA==", "token", ""])
def test_what_is_too_short_to_be_told_from_other_words_is_left(shown: str) -> None:
    answer = a_response("the token eA== is refused", "eA-token")

    assert without_echo(answer, [shown]) is answer


def test_an_answer_without_it_stays_as_it_came() -> None:
    answer = a_response("{}", "q1")

    assert without_echo(answer, [SHOWN]) is answer
