"""The evening's programme: play the day, print it, say whether it went as told."""

import logging
import os
import tempfile
from asyncio import timeout
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

from consumer.adapters.logs import Libraries, Log, opened
from consumer.sandbox.demo import shop, summary, table
from consumer.sandbox.demo.afternoon import AFTERNOON
from consumer.sandbox.demo.ending import Day, differences
from consumer.sandbox.demo.evening import EVENING
from consumer.sandbox.demo.morning import MORNING
from consumer.sandbox.demo.opening import OPENING
from consumer.sandbox.demo.runner import Runner
from consumer.sandbox.demo.story import Chapter

CHAPTERS: tuple[Chapter, ...] = (OPENING, MORNING, AFTERNOON, EVENING)
STORIES = tuple(story for chapter in CHAPTERS for story in chapter.stories)
ENDINGS = sum(told.ending is not None for story in STORIES for told in story.told)
Calls = Sequence[Mapping[str, object]]
LONGEST = 60.0
"""Seconds after which what has not ended never will."""
INTRODUCTION = (
    "A small shop's day of returns. Kafka is a mock inside this process, the vendor is the sandbox, the ledger is "
    "SQLite; the service between them is the real one. It takes about ten seconds."
)


async def show(console: Console) -> bool:
    """Whether every story ended as told."""
    handle, log = tempfile.mkstemp(prefix="returns-consumer-demo-", suffix=".log")
    console.print(INTRODUCTION)
    console.print(f"Its log: {log}\n", style="dim", soft_wrap=True)
    with os.fdopen(handle, "wb", buffering=0) as stream, tempfile.TemporaryDirectory() as folder:
        service_log = opened("debug", "json", stream)
        with _libraries_told_to(service_log):
            day, calls = await _played(console, Path(folder), service_log)
    for told in CHAPTERS:
        console.print(table.chapter(told, day, console.width))
    console.print(summary.numbers(day, calls))
    console.print(summary.where_next())
    console.print(f"{log} has what the service logged.\n", style="dim", soft_wrap=True)
    return _told_as_it_was(console, day)


async def _played(console: Console, folder: Path, log: Log) -> tuple[Day, Calls]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("the doors open", total=ENDINGS)
        async with shop.opened(folder, log) as world:
            runner = Runner(
                shop=world,
                progress=lambda doing, ended: bar.update(task, description=doing, completed=ended),
            )
            with suppress(TimeoutError):
                async with timeout(LONGEST):
                    await runner.play(CHAPTERS)
            return runner.day(), await world.vendor.calls()


@contextmanager
def _libraries_told_to(log: Log) -> Iterator[None]:
    """Keep what libraries have to say off the screen."""
    handler, root = Libraries(log), logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def _told_as_it_was(console: Console, day: Day) -> bool:
    found = [difference for story in STORIES for difference in differences(story, day)]
    if not found:
        console.print(Text(f"All {len(STORIES)} stories ended as told.", style="bold green"))
        return True
    console.print(Text("Not as told:", style="bold red"))
    for difference in found:
        console.print(Text(f"- {difference}"))
    return False
