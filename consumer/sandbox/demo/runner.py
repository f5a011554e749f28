"""Plays the chapters one after another, and waits for what each must lead to."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from consumer.sandbox.demo.ending import Day, Written
from consumer.sandbox.demo.shop import Shop
from consumer.sandbox.demo.story import Chapter, Story, Told

POLL = 0.05

Progress = Callable[[str, int], None]
"""Told what goes on, and how many records have ended."""


@dataclass(slots=True, kw_only=True)
class Runner:
    """Writes the stories' records into the shop."""

    shop: Shop
    progress: Progress
    written: list[Written] = field(default_factory=list)
    doing: str = ""

    async def play(self, chapters: Sequence[Chapter]) -> None:
        """Everything, to its end."""
        self.doing = "the service joins its group"
        await self._until(lambda: self.shop.is_running)
        for chapter in chapters:
            self.doing = chapter.title
            await self._play(chapter)
        self.doing = "the last returns settle"
        await self._until(lambda: all(self._has_ended(each) for each in self.written))
        # One look more: nothing else may come.
        await asyncio.to_thread(self.shop.reader.read, 5 * POLL)

    def day(self) -> Day:
        """What has happened so far."""
        return Day(written=self.written, outcomes=self.shop.reader.outcomes, letters=self.shop.reader.letters)

    async def _play(self, chapter: Chapter) -> None:
        if chapter.is_down:
            await self.shop.vendor.go_down()
        await self._write(chapter.stories, lambda story: story.earns)
        await self._until(self._feed_is_done)
        await self._write(chapter.stories, lambda story: story.returns)
        if chapter.is_down:
            await self._until(lambda: self.shop.is_holding)
            await self.shop.vendor.come_back()
        await self._until(lambda: all(self._has_ended(each) or each.story.lingers for each in self.written))
        await self._until_asked([story for story in chapter.stories if story.lingers])
        await self._write(chapter.stories, lambda story: story.late)
        await self._until(self._feed_is_done)

    async def _write(self, stories: Sequence[Story], part: Callable[[Story], Sequence[Told]]) -> None:
        records = [(story, told) for story in stories for told in part(story)]
        places = await asyncio.to_thread(self.shop.broker.write, [told for _, told in records])
        self.written += [
            Written(story=story, told=told, source=place) for (story, told), place in zip(records, places, strict=True)
        ]

    def _has_ended(self, written: Written) -> bool:
        ending, reader = written.told.ending, self.shop.reader
        if ending is None:
            return True
        has_letter = written.source in reader.letters
        return written.source in reader.outcomes and (has_letter or ending.letter is None)

    def _feed_is_done(self) -> bool:
        """Whether the service knows all that the earn feed told."""
        marks = self.shop.watermarks()
        earns = [each.source for each in self.written if each.told.topic == "earns"]
        return all(marks.get((at.topic, at.partition), 0) > at.offset for at in earns)

    async def _until_asked(self, stories: Sequence[Story]) -> None:
        """Wait until the vendor was asked for one of these once: whatever comes after it succeeds after it."""
        keys = {told.key for story in stories for told in story.returns}
        while keys:
            asked = {str(call["customer"]).encode() for call in await self.shop.vendor.calls() if call["status"]}
            keys -= asked
            await self._breathe()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            await self._breathe()

    async def _breathe(self) -> None:
        """Read for a moment, and tell how far the day is."""
        self.shop.look()
        await asyncio.to_thread(self.shop.reader.read, POLL)
        ended = sum(each.told.ending is not None and self._has_ended(each) for each in self.written)
        self.progress(self.doing, ended)
