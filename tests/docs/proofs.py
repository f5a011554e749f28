"""The tests that prove a row among the guarantees, so that none goes unnoticed; for storms see `chaos/rows.py`."""

from collections.abc import Mapping

PROOFS: Mapping[str, tuple[str, ...]] = {
    "tests/chaos/test_hanging_client.py": ("test_a_client_that_hangs_ends_the_process_and_loses_nothing",),
    "tests/chaos/test_hanging_customer.py": ("test_a_hanging_call_holds_up_nobody_else",),
    "tests/chaos/test_kill.py": (
        "test_ten_kills_in_mid_load_lose_and_repeat_nothing",
        "test_kills_with_the_ledger_in_postgresql",
    ),
    "tests/chaos/test_killed_broker.py": ("test_a_broker_killed_in_mid_load_loses_and_repeats_nothing",),
    "tests/chaos/test_outages.py": (
        "test_an_outage_is_waited_out",
        "test_rejected_credentials_hold_the_line_until_they_are_taken",
    ),
    "tests/chaos/test_redrive_kill.py": ("test_a_redrive_killed_at_every_step_sends_each_letter_once_and_in_order",),
    "tests/chaos/test_rolling_restart.py": ("test_a_stop_and_a_join_in_mid_load_repeat_no_call",),
    "tests/chaos/test_storm.py": (
        "test_a_storm_of_comings_and_goings_loses_and_repeats_nothing",
        "test_a_storm_over_a_cluster_and_a_small_disk_loses_and_repeats_nothing",
    ),
    "tests/contracts/ledger/test_held.py": ("test_every_operation_happens_once_wherever_the_store_breaks",),
    "tests/contracts/ledger/test_late_races.py": (
        "test_whichever_step_comes_first_one_side_sees_the_other_and_one_call_is_made",
    ),
    "tests/contracts/ledger/test_naming_races.py": (
        "test_whatever_comes_first_the_earn_is_linked_told_by_one_and_called_for_once",
        "test_whatever_comes_first_an_earn_that_two_purchases_name_ends_linked_to_neither",
    ),
    "tests/contracts/ledger/test_tls.py": (
        "test_the_service_waits_and_says_why_while_the_server_is_not_the_right_one",
    ),
    "tests/contracts/test_kafka_faults.py": ("test_a_stop_while_the_broker_is_away_ends_in_time",),
    "tests/contracts/test_kafka_life.py": (
        "test_lost_partitions_are_dropped_and_nothing_of_them_is_committed",
        "test_metadata_that_is_no_map_of_ours_is_ignored_and_told",
        "test_a_new_ledger_follows_the_earn_feed_from_its_beginning",
    ),
    "tests/contracts/test_kafka_lost_answer.py": (
        "test_outcomes_and_letters_whose_answer_was_lost_are_there_once_after_the_next_transaction",
    ),
    "tests/contracts/test_kafka_publishing.py": (
        "test_partitions_change_hands_without_a_repeat",
        "test_a_fenced_producer_ends_the_worker",
        "test_a_message_that_its_topic_refuses_ends_the_worker_with_the_remedy",
    ),
    "tests/contracts/test_limits.py": (
        "test_a_record_beyond_a_limit_is_invalid_and_a_dead_letter_that_names_the_setting",
    ),
    "tests/contracts/test_registry_tls.py": ("test_a_registry_of_another_authority_is_refused_with_the_remedy",),
    "tests/end_to_end/test_kafka_security.py": (
        "test_a_rotated_password_is_taken_from_its_file_without_a_restart",
        "test_a_door_that_stays_shut_is_told_with_its_remedy_and_without_a_secret",
        "test_consumer_and_producer_renew_their_tokens_before_these_end",
    ),
    "tests/end_to_end/test_rotated_secrets.py": (
        "test_a_rotated_secret_is_read_from_its_file_when_the_vendor_refuses_the_old_one",
    ),
    "tests/end_to_end/test_start.py": (
        "test_missing_topics_are_named_with_how_to_create_them_until_they_are_there",
        "test_every_wrong_setting_is_a_line_of_its_own",
    ),
    "tests/flow/test_doubt.py": ("test_a_success_too_large_to_be_read_is_asked_for_again_in_halves_and_in_doubt",),
    "tests/flow/test_flood.py": ("test_a_flood_holds_back_all_that_follows_and_lets_nobody_call",),
    "tests/flow/test_gate.py": ("test_a_throttled_request_is_held_and_then_repeated_without_doubt",),
    "tests/flow/test_lane.py": (
        "test_a_lost_answer_is_repeated_and_its_refusal_verified",
        "test_what_cannot_be_read_has_an_invalid_outcome_and_a_dead_letter",
        "test_the_same_event_elsewhere_is_a_duplicate",
        "test_a_return_before_its_earn_settles_at_once_and_the_late_earn_follows",
    ),
    "tests/flow/test_outages.py": (
        "test_a_customer_that_alone_keeps_failing_is_given_up",
        "test_a_vendor_whose_certificate_is_refused_is_waited_for_and_dead_letters_nothing",
    ),
    "tests/flow/test_quota.py": ("test_no_minute_holds_more_requests_than_the_quota",),
    "tests/flow/test_reading.py": (
        "test_a_registry_that_does_not_answer_holds_the_line_and_nothing_is_set_aside",
        "test_what_is_read_behind_a_record_that_went_elsewhere_unread_is_not_opened_in_its_stead",
    ),
    "tests/fuzz/test_flow.py": (
        "test_each_record_has_its_outcome_once_whatever_it_is_and_whatever_the_vendor_answers",
    ),
    "tests/simulation/test_crashes.py": ("test_every_promise_holds_when_a_process_ends",),
    "tests/simulation/test_notified_crashes.py": ("test_every_promise_holds_when_a_process_ends",),
    "tests/simulation/test_seeds.py": ("test_every_promise_holds_for_thousands_of_seeds",),
}
