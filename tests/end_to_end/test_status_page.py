"""The page for people, of a running instance, in a real browser: what it looks like, who can read it, how it ages."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.instance import Instance
from tests.end_to_end.scene import Scene
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import AMONG, BEFORE, Plan, World, a_world
from tests.testbed.axe import axe
from tests.testbed.chromium import Chromium, Scheme, Tab
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.parts import Broker
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka
DESKTOP, PHONE = (1280, 900), (390, 844)
SCREENS: tuple[tuple[str, tuple[int, int], Scheme], ...] = (
    ("desktop-light", DESKTOP, "light"),
    ("desktop-dark", DESKTOP, "dark"),
    ("phone-light", PHONE, "light"),
    ("phone-dark", PHONE, "dark"),
)
SECONDS = 60
VIOLATIONS = """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map(
    (each) => each.id + ": " + each.nodes.map((node) => node.html + node.failureSummary).join("; ")))"""
PNG = b"\x89PNG"


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Chromium]:
    with closing(Chromium(tmp_path / "chromium")) as browser:
        try:
            browser.start()
        except MissingPartError as reason:
            give_up("Chromium", reason)
        yield browser


@pytest.fixture
def axe_script() -> str:
    try:
        return axe()
    except MissingPartError as reason:
        give_up("axe-core", reason)


@pytest.fixture
def world() -> World:
    return a_world(Plan(seed=93, returns=150))


@pytest.fixture
def scene(kafka: Broker, tmp_path: Path, world: World) -> Iterator[Scene]:
    with Scene(kafka, tmp_path, Vendor(world.vendor)).create_topics() as made:
        made.settings["CONSUMER_RETRY__MAX"] = "2"
        yield made


def at_work(scene: Scene, world: World) -> Instance:
    """An instance that has answered half of the returns and has the other half before a vendor that is down."""
    instance = scene.ready(CONSUMER_API__QUOTA_PER_MINUTE="6000")
    scene.produce(world.wave(BEFORE))
    scene.until_at_rest()
    returns = world.wave(AMONG)
    scene.produce(returns[: len(returns) // 2])
    scene.until_at_rest()
    scene.vendor.behaviour.mood = "down"
    scene.produce(returns[len(returns) // 2 :])
    wait_until(lambda: instance.metric("holding", reason="api") == 1, within=SECONDS, what="it holds")
    return instance


def visit(chromium: Chromium, seen: Callable[[Tab], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with chromium.tab() as tab:
            await seen(tab)

    asyncio.run(main())


def test_it_fits_every_screen_shuts_nobody_out_and_asks_nobody_else(
    scene: Scene, world: World, chromium: Chromium, axe_script: str, tmp_path: Path
) -> None:
    home = at_work(scene, world).url("/")
    pictures: dict[str, bytes] = {}

    async def seen(tab: Tab) -> None:
        for name, (width, height), scheme in SCREENS:
            await tab.look(width=width, height=height, scheme=scheme)
            await tab.open(home)
            pictures[name] = await tab.picture()
            assert await tab.run("document.documentElement.scrollWidth") == width
            await tab.run(f"{axe_script}; 0")
            assert await tab.run(VIOLATIONS) == []
            assert await tab.run("document.querySelectorAll('main tbody tr').length") >= 20
        assert {address for address in tab.requests if not address.startswith("data:")} == {home}
        assert tab.complaints == []

    visit(chromium, seen)
    for name, picture in pictures.items():
        (tmp_path / f"{name}.png").write_bytes(picture)
        assert picture.startswith(PNG)
    assert len(set(pictures.values())) == len(SCREENS)


def test_it_says_why_it_holds_and_turns_by_itself_when_all_is_well(
    scene: Scene, world: World, chromium: Chromium
) -> None:
    home = at_work(scene, world).url("/")

    async def seen(tab: Tab) -> None:
        await tab.open(home)
        # A page is half a second old at most, and follows by itself.
        await tab.until("document.querySelector('h1').textContent === 'Holding: the vendor does not answer.'")
        assert (await tab.run("document.title")).startswith("Holding")
        assert await tab.run("document.querySelectorAll('.headline.waits').length") == 1
        scene.vendor.behaviour.mood = "well"
        await tab.until("document.querySelector('h1').textContent.startsWith('Running')")
        await tab.until("document.getElementById('told').textContent.startsWith('Running')")
        assert (await tab.run("document.title")).startswith("Running")
        assert tab.complaints == []

    visit(chromium, seen)


def test_it_stands_still_while_paused_and_says_when_nobody_answers_any_more(scene: Scene, chromium: Chromium) -> None:
    instance = scene.ready()

    async def seen(tab: Tab) -> None:
        await tab.open(instance.url("/"))
        shown = await tab.run("document.querySelector('time').textContent")
        await tab.until(f"document.querySelector('time').textContent !== '{shown}'")
        await tab.run("document.getElementById('pause').click()")
        assert await tab.run("document.getElementById('pause').getAttribute('aria-pressed')") == "true"
        instance.kill()
        asked = len(tab.requests)
        await tab.run("new Promise((resolve) => setTimeout(resolve, 6000))")
        assert len(tab.requests) == asked
        assert await tab.run("document.getElementById('silent').textContent") == ""
        await tab.run("document.getElementById('pause').click()")
        await tab.until("document.getElementById('silent').textContent.startsWith('No answer since')")

    visit(chromium, seen)
