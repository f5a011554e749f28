"""What the settings say of the vendor reaches the wire."""

from contextlib import aclosing
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from consumer.adapters.metrics import Build, Families, Metrics, SourceTopics
from consumer.core.model import CustomerId, Millis, OrgId
from consumer.ports import Call, Unavailable
from consumer.settings import load
from consumer.wiring.adapters import vendor
from tests.cli.given_settings import RIGHT
from tests.contracts.a_raw_server import a_raw_server, an_answer
from tests.testbed.certificates import Authority
from tests.testbed.tls_front import server_context

CALL = Call(org_id=OrgId("org"), customer_id=CustomerId(7), earns=(), traceparents=())


def nobody(name: str, **fields: object) -> None:
    """No log."""


def metrics() -> Metrics:
    build = Build(version="1", revision="abc", python="3.11", librdkafka="2.16")
    topics = SourceTopics(returns="returns", earns="earns")
    return Metrics(Families(CollectorRegistry(), build), topics, nobody, lambda: Millis(0))


async def test_its_authority_and_the_limits_of_its_answers(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    body = b"a" * 65537
    limits = {"CONSUMER_LIMITS__ANSWER_BYTES": "65536", "CONSUMER_LIMITS__LISTING_BYTES": "65537"}
    async with a_raw_server(server_context(authority.pair("vendor"))) as server:
        server.answers(an_answer(body))
        given = RIGHT | limits | {"CONSUMER_API__BASE_URL": server.url}
        trusting = load(None, given | {"CONSUMER_API__CA": str(authority.certificate)})
        async with aclosing(vendor(trusting, metrics())) as api:
            answer, listing = await api.revoke(CALL), await api.listing(CALL)
        async with aclosing(vendor(load(None, given), metrics())) as api:
            with pytest.raises(Unavailable, match="tls"):
                await api.revoke(CALL)

    assert answer.unread == "it is larger than limits.answer_bytes (65536) allows"
    assert (listing.unread, listing.body) == (None, body)
