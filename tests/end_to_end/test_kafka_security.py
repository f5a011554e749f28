"""Through the guarded doors of a real broker: a password that is rotated, a certificate, a token that ends."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consumer.cli.verbs import app
from consumer.core.shut_door import CREDENTIALS, NO_ROLE, OUR_CERTIFICATE, THEIR_CERTIFICATE
from tests.end_to_end.doors import USER, by_certificate, by_password, by_token
from tests.end_to_end.instance import Instance
from tests.end_to_end.oracle import complaints
from tests.end_to_end.scene import Scene
from tests.end_to_end.test_start import RIGHT, ran
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import AFTER, AMONG, BEFORE, Plan, World, a_world
from tests.testbed.certificates import Authority
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.secured import SecuredKafka
from tests.testbed.signer.aws_msk_iam_sasl_signer import ASKED, REFUSING
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka

FIRST, SECOND, WRONG = "sesame-first", "sesame-second", "sesame-wrong"
SECONDS = 60
Door = Callable[[SecuredKafka, Path], dict[str, str]]


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """One broker for all doors."""
    with closing(SecuredKafka(tmp_path_factory.mktemp("secured"))) as kafka:
        try:
            kafka.start()
        except MissingPartError as reason:
            give_up("Kafka with guarded doors", reason)
        yield kafka


@pytest.fixture
def world() -> World:
    return a_world(Plan(seed=71, returns=30))


def scene_of(kafka: SecuredKafka, world: World, folder: Path) -> Scene:
    return Scene(kafka.broker, folder, Vendor(world.vendor)).create_topics()


def said(instance: Instance) -> str:
    """All that an instance has told."""
    pages = [page.text for path in ("metrics", "status", "readyz", "") if (page := instance.page(path))]
    return "\n".join([*pages, instance.log.read_text(errors="replace")])


def until_told(instance: Instance, event: str, **fields: str) -> None:
    wait_until(
        lambda: any(fields.items() <= each.items() for each in instance.events(event)),
        within=SECONDS,
        what=f"{event} {fields}",
    )


def the_password(kafka: SecuredKafka, folder: Path, password: str = FIRST) -> dict[str, str]:
    kafka.let_in(USER, FIRST)
    file = folder / "password"
    file.write_text(f"{password}\n")
    return by_password(kafka, file)


def a_wrong_password(kafka: SecuredKafka, folder: Path) -> dict[str, str]:
    return the_password(kafka, folder, WRONG)


def an_unknown_authority(kafka: SecuredKafka, folder: Path) -> dict[str, str]:
    kafka.let_in(USER, FIRST)
    file = folder / "password"
    file.write_text(FIRST)
    return by_password(kafka, file, **{"ssl.ca.location": str(Authority(folder / "other", "other").certificate)})


def our_certificate(kafka: SecuredKafka, folder: Path) -> dict[str, str]:
    return by_certificate(kafka, kafka.client, folder / "options.json")


def a_strange_certificate(kafka: SecuredKafka, folder: Path) -> dict[str, str]:
    return by_certificate(kafka, Authority(folder / "other", "other").pair("stranger"), folder / "options.json")


@pytest.mark.parametrize("door", [the_password, our_certificate])
def test_returns_are_settled_through_a_guarded_door(
    door: Door, secured: SecuredKafka, world: World, tmp_path: Path
) -> None:
    with scene_of(secured, world, tmp_path) as scene:
        scene.settings |= door(secured, tmp_path)
        checked = CliRunner().invoke(app, ["check", "--connect"], env=scene.settings)
        instance = scene.ready()
        scene.play(world)
        told = said(instance)
        scene.stop_all()
        evidence = scene.evidence()

    assert "ok      kafka.bootstrap_servers: 1 broker answers" in checked.output
    assert "transactions are allowed" in checked.output
    assert complaints(evidence) == []
    assert "sesame" not in told + checked.output


@pytest.mark.parametrize(
    ("door", "remedy"),
    [
        (a_wrong_password, CREDENTIALS),
        (an_unknown_authority, THEIR_CERTIFICATE),
        (a_strange_certificate, OUR_CERTIFICATE),
    ],
)
def test_a_door_that_stays_shut_is_told_with_its_remedy_and_without_a_secret(
    door: Door, remedy: str, secured: SecuredKafka, world: World, tmp_path: Path
) -> None:
    with scene_of(secured, world, tmp_path) as scene:
        scene.settings |= door(secured, tmp_path)
        instance = scene.start()
        checked = CliRunner().invoke(app, ["check", "--connect"], env=scene.settings)
        until_told(instance, "kafka_error", remedy=remedy)
        told = said(instance)
        livez, readyz = instance.status_of("livez"), instance.status_of("readyz")
        ended = instance.stop()

    where = scene.settings["CONSUMER_KAFKA__BOOTSTRAP_SERVERS"]
    assert f"problem kafka.bootstrap_servers: Kafka at {where}: {remedy}\n" in checked.output
    assert (checked.exit_code, livez, readyz, ended) == (1, 200, 503, 0)
    assert "sesame" not in told + checked.output


def test_a_rotated_password_is_taken_from_its_file_without_a_restart(
    secured: SecuredKafka, world: World, tmp_path: Path
) -> None:
    with scene_of(secured, world, tmp_path) as scene:
        scene.settings |= the_password(secured, tmp_path)
        instance = scene.ready()
        scene.produce(world.wave(BEFORE))
        scene.until_at_rest()
        secured.let_in(USER, SECOND)
        until_told(instance, "kafka_error", code="_AUTHENTICATION", remedy=CREDENTIALS)
        meanwhile = instance.status_of("livez")
        (tmp_path / "password").write_text(SECOND)
        until_told(instance, "kafka_password_changed")
        for wave in (AMONG, AFTER):
            scene.produce(world.wave(wave))
            scene.until_at_rest()
        told = said(instance)
        scene.stop_all()
        evidence = scene.evidence()

    assert meanwhile == 200
    assert len(scene.instances) == 1
    assert complaints(evidence) == []
    assert not [password for password in (FIRST, SECOND) if password in told]


def test_consumer_and_producer_renew_their_tokens_before_these_end(
    secured: SecuredKafka, world: World, tmp_path: Path
) -> None:
    def asked() -> list[str]:
        return (tmp_path / ASKED).read_text().split()

    def until_each_has_another() -> None:
        wait_until(lambda: len(asked()) >= 2 * len(("first", "next")), within=SECONDS, what="a further token for each")

    with scene_of(secured, world, tmp_path) as scene:
        scene.settings |= by_token(secured, tmp_path)
        instance = scene.ready()
        scene.produce(world.wave(BEFORE))
        scene.until_at_rest()
        until_each_has_another()
        for wave in (AMONG, AFTER):
            scene.produce(world.wave(wave))
            scene.until_at_rest()
        errors = [each["code"] for each in instance.events("kafka_error")]
        scene.stop_all()
        evidence = scene.evidence()

    assert set(asked()) == {"eu-west-1"}
    assert errors == []
    assert complaints(evidence) == []


def test_a_process_that_has_no_token_to_begin_with_ends_with_the_remedy(secured: SecuredKafka, tmp_path: Path) -> None:
    (tmp_path / REFUSING).touch()

    done = ran(tmp_path, RIGHT | by_token(secured, tmp_path))

    assert done.returncode == 1
    assert f"error: {NO_ROLE}: AWS Credentials can not be empty\n" in done.stderr
    assert "Traceback" not in done.stderr
