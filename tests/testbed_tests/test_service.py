"""The service of the testbed is the product's own command."""

from pathlib import Path

from tests.testbed.service import Service, environment


def test_settings_reach_the_service_by_their_names_in_the_contract() -> None:
    given = {"api.base_url": "b", "api.concurrency": 4, "policy.revoke_earned_from": ["ACTIVITY"]}

    assert environment(given) == {
        "CONSUMER_API__BASE_URL": "b",
        "CONSUMER_API__CONCURRENCY": "4",
        "CONSUMER_POLICY__REVOKE_EARNED_FROM": '["ACTIVITY"]',
    }


def test_a_service_without_settings_says_what_it_misses_and_ends_with_2(tmp_path: Path) -> None:
    with Service(tmp_path, {}) as service:
        service.start()

        assert service.wait() == 2
        service.wait_for_log("kafka.bootstrap_servers")
