"""Only a vendor whose certificate is right is spoken to."""

import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from consumer.adapters.revoke_api import Anonymous, ApiConfig, HttpRevokeApi, OAuth
from consumer.core.judge import Asked
from consumer.core.model import CustomerId, EarnId, OrgId, PromotionId
from consumer.ports import Call, Unavailable
from tests.contracts.a_raw_server import RawServer, a_raw_server, an_answer
from tests.testbed.certificates import Authority, Pair
from tests.testbed.tls_front import server_context

EARN = Asked(promotion_id=PromotionId("p1"), earn_id=EarnId("e1"))
CALL = Call(org_id=OrgId("org"), customer_id=CustomerId(7), earns=(EARN,), traceparents=())
SECRETS = OAuth(key=lambda: "k", secret=lambda: "hush")


@asynccontextmanager
async def a_vendor(pair: Pair) -> AsyncIterator[RawServer]:
    async with a_raw_server(server_context(pair)) as server:
        server.answers(an_answer(b'{"data": {"accessToken": "t"}}'))
        yield server


def an_api(url: str, ca: Path | None, auth: Anonymous | OAuth) -> HttpRevokeApi:
    config = ApiConfig(
        base_url=url, auth=auth, timeout=5.0, concurrency=4, answer_bytes=1000, listing_bytes=1000, ca=ca
    )
    return HttpRevokeApi(config, clock=time.monotonic, wall_clock=time.time)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("right"), "authority")


async def refusal(pair: Pair, ca: Path | None, auth: Anonymous | OAuth) -> str:
    """Why the vendor with this certificate is not spoken to; it sees no request."""
    async with a_vendor(pair) as vendor, aclosing(an_api(vendor.url, ca, auth)) as api:
        with pytest.raises(Unavailable) as caught:
            await api.revoke(CALL)

    assert vendor.requests == []
    assert (caught.value.reason, caught.value.sent) == ("tls", False)
    assert caught.value.words is not None
    return caught.value.words


async def test_a_vendor_of_the_authority_that_is_named_is_spoken_to(authority: Authority) -> None:
    async with (
        a_vendor(authority.pair("vendor")) as vendor,
        aclosing(an_api(vendor.url, authority.certificate, SECRETS)) as api,
    ):
        response = await api.revoke(CALL)

    assert response.status == 200
    assert len(vendor.requests) == 2


@pytest.mark.parametrize("auth", [Anonymous(), SECRETS])
async def test_a_vendor_of_another_authority_is_refused_with_the_remedy(
    authority: Authority, tmp_path: Path, auth: Anonymous | OAuth
) -> None:
    other = Authority(tmp_path, "other")

    for ca in (other.certificate, None):
        words = await refusal(authority.pair("vendor"), ca, auth)

        assert words.startswith("the certificate is refused: ")
        assert words.endswith("; name the file of the authority that signed it in api.ca")


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ({"host": "127.0.0.2"}, "IP address mismatch, certificate is not valid for '127.0.0.1'"),
        ({"age": timedelta(days=3)}, "certificate has expired"),
        ({"age": timedelta(days=-1)}, "certificate is not yet valid"),
    ],
)
async def test_a_certificate_of_somebody_else_or_of_another_time_is_refused(
    authority: Authority, pair: dict[str, str], words: str
) -> None:
    told = await refusal(authority.pair("vendor", **pair), authority.certificate, Anonymous())  # type: ignore[arg-type]  # by name

    assert told == f"the certificate is refused: {words}"
