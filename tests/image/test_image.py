"""The image: its recipe, what comes out of it, and how it behaves as the first process there is."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus

import pytest

from tests.image import buildah, docker
from tests.image.built import REVISION, ROOT, Container, Image
from tests.testbed.containers import docker_answers
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.ports import free_port

RECIPE = (ROOT / "Dockerfile").read_text()
GRACE = 50

CONDITION = """
import json, os
status = dict(line.split(":", 1) for line in open("/proc/1/status"))
mounts = {line.split()[1]: line.split()[3].split(",") for line in open("/proc/1/mounts")}
print(json.dumps({
    "users": status["Uid"].split(),
    "groups": status["Gid"].split(),
    "capabilities": int(status["CapEff"], 16),
    "root": "ro" if "ro" in mounts["/"] else "rw",
    "ledger": os.path.exists("/tmp/ledger.db"),
}))
"""
FIRST_PROCESS = """
import json, pathlib
print(json.dumps(pathlib.Path(open("/proc/1/cmdline").read().split("\\0")[1]).name))
"""
LEFT_BEHIND = """
import json, pathlib, shutil, sys
kinds = ("pip", "setuptools", "uv", "hatchling")
roots = {pathlib.Path(sys.prefix), pathlib.Path(sys.base_prefix)}
found = {str(path) for root in roots for kind in kinds for path in root.rglob(f"{kind}/__init__.py")}
print(json.dumps(sorted(found) + [name for name in ("pip", "pip3", "uv") if shutil.which(name)]))
"""
UNCOMPILED = """
import consumer, importlib.util, json, os, pathlib
sources = pathlib.Path(consumer.__file__).parent.rglob("*.py")
print(json.dumps([str(path) for path in sources if not os.path.exists(importlib.util.cache_from_source(path))]))
"""
ALIVE = """
import json, urllib.request
print(json.dumps(urllib.request.urlopen("http://127.0.0.1:{port}/livez").status))
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """Built once: it takes half a minute."""
    builder = docker if docker_answers() else buildah
    try:
        with builder.built(tmp_path_factory.mktemp("build")) as image:
            yield image
    except MissingPartError as reason:
        give_up("builder of images", reason)


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def container(image: Image, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """One that runs, on settings that name a broker nobody answers for."""
    folder = tmp_path_factory.mktemp("container")
    folder.chmod(0o755)
    (folder / "config.yaml").write_text(
        "kafka: {bootstrap_servers: '127.0.0.1:1'}\n"
        "api: {base_url: 'https://vendor.example', auth: none}\n"
        f"http: {{host: 127.0.0.1, port: {port}}}\n"
        "ledger: {url: 'sqlite:////tmp/ledger.db'}\n"
    )
    with closing(Container(image, folder)) as running:
        running.wait_for_log("kafka_unreachable", within=GRACE)
        yield running


def copied() -> set[str]:
    """What the recipe takes from the builder's folder."""
    return {
        word
        for line in RECIPE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }


def test_the_recipe_pins_what_it_installs_and_invents_no_digest() -> None:
    assert '--require-hashes --only-binary=:all: --requirement "${LOCK}"' in RECIPE
    assert RECIPE.count("FROM ${BASE}") == len(("build", "image"))
    assert "\nHEALTHCHECK" not in RECIPE
    assert "@sha256:" not in "".join(line for line in RECIPE.splitlines() if not line.startswith("#"))


def test_the_lock_is_the_builders_choice_of_one_that_is_there() -> None:
    (default,) = re.findall(r"^ARG LOCK=(\S+)$", RECIPE, re.MULTILINE)
    pages = (ROOT / "docs/tracing.md", ROOT / "docs/operations.md")
    told = [lock for page in pages for lock in re.findall(r"--build-arg LOCK=(\S+)", page.read_text())]

    assert (default, told) == ("requirements.lock", ["requirements-otel.lock", "requirements-msk.lock"])
    assert {default, *told} <= copied()


def test_only_what_the_recipe_copies_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    sent = {line.removeprefix("!") for line in ignored if line.startswith("!")}

    assert "*" in ignored
    assert sent == copied()


def test_the_image_says_what_it_is(image: Image) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    labels = image.config["Labels"]

    assert {
        name: labels[f"org.opencontainers.image.{name}"] for name in ("title", "version", "licenses", "revision")
    } == {
        "title": project["name"],
        "version": project["version"],
        "licenses": project["license"],
        "revision": REVISION,
    }
    assert {"org.opencontainers.image.source", "org.opencontainers.image.created"} <= set(labels)


def test_the_image_runs_as_a_number_and_by_the_console_script(image: Image) -> None:
    assert image.config["User"] == "10001:10001"
    assert image.config["Entrypoint"] == ["returns-consumer"]


def test_the_image_brings_nothing_that_installs(container: Container) -> None:
    assert container.ask(LEFT_BEHIND) == []


def test_the_image_brings_its_code_compiled(container: Container) -> None:
    assert container.ask(UNCOMPILED) == []


def test_it_runs_without_rights_on_a_root_it_cannot_write_to(container: Container) -> None:
    assert container.ask(CONDITION) == {
        "users": ["10001"] * 4,
        "groups": ["10001"] * 4,
        "capabilities": 0,
        "root": "ro",
        "ledger": True,
    }


def test_as_the_first_process_it_ends_with_0_when_told_to(container: Container, port: int) -> None:
    assert container.ask(FIRST_PROCESS) == "returns-consumer"
    assert container.ask(ALIVE.format(port=port)) == HTTPStatus.OK

    ended = container.terminate(within=GRACE)

    assert ended == 0, container.log
