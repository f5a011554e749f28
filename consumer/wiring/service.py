"""One instance of the consumer, from the start to the last offset."""

import asyncio
from collections.abc import Mapping

from consumer.adapters.kafka import KafkaStatus, Stage
from consumer.adapters.web import Views, WebPort
from consumer.core.model import Millis
from consumer.core.phase import Phase
from consumer.core.quota import Share
from consumer.core.retry import backoff
from consumer.ports import Unavailable
from consumer.settings import Settings
from consumer.wiring import views
from consumer.wiring.build import Built
from consumer.wiring.garbage import collect_seldom
from consumer.wiring.page import page
from consumer.wiring.parts import MILLISECONDS, chance
from consumer.wiring.watchdog import Liveness, Watchdog

TICK = 0.1
HOUR = 3600.0
FORGET_AT_ONCE = 500
LONGEST_COMMIT = 7.0
"""Seconds beyond the drain that a transaction in flight may take while the broker is away; the grace allows for it."""
LAST_WORDS = 5.0
"""Seconds that the Kafka thread has to end once it must not wait any more."""


class Service:
    """Runs the parts. `stop` may be called from a signal handler of the loop."""

    def __init__(self, settings: Settings, built: Built) -> None:
        self._settings = settings
        self._built = built
        self._stop_asked = asyncio.Event()
        self._stop_now = False
        self._is_serving = False
        self._stop_asked_at = 0.0
        self.port = 0

    def stop(self) -> None:
        """End when calls under way are published; asked a second time, at once and with exit code 1."""
        self._stop_now = self._stop_asked.is_set()
        self._stop_asked_at = asyncio.get_running_loop().time()
        self._stop_asked.set()
        self._built.log.event("stopping", now=self._stop_now)
        self._built.worker.stop(now=self._stop_now)

    async def run(self) -> int:
        """Serve until stopped or dead; the exit code."""
        built = self._built
        web = WebPort(
            Views(
                live=Liveness(lambda: views.live(built.seen)),
                ready=lambda: views.ready(built.seen),
                status=lambda: {**views.status(built.seen), **built.told()},
                page=lambda: page(built.shown),
                registry=built.registry,
            )
        )
        self.port = await web.start(self._settings.http.host, self._settings.http.port)
        built.log.event("started", **self._identity())
        watchdog = Watchdog(built.seen.loop)
        watchdog.feed()
        built.tasks.spawn(built.shown.history.keep())
        try:
            if not await self._prepared():
                return 1 if self._stop_now else 0
            return await self._serve()
        finally:
            await self._end(web)
            watchdog.stop()

    def _identity(self) -> Mapping[str, object]:
        topics = self._settings.topics
        return {
            "version": self._built.version,
            "group": self._settings.kafka.group_id,
            "topics": [topics.returns, topics.earns, topics.results, topics.dead_letters],
            "port": self.port,
        }

    async def _prepared(self) -> bool:
        """Open the ledger and learn the outcome's schema id; False when a stop comes first."""
        preparing = asyncio.ensure_future(self._prepare())
        stopping = asyncio.ensure_future(self._stop_asked.wait())
        await asyncio.wait({preparing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not preparing.done():
            # Left to itself: the ledger's thread answers it when the ledger is closed.
            preparing.add_done_callback(_forget)
            return False
        preparing.result()
        return not self._stop_asked.is_set()

    async def _prepare(self) -> None:
        built = self._built
        await built.ledger.start()
        attempt = 0
        while True:
            try:
                await built.codec.prepare()
            except Unavailable as silence:
                attempt += 1
                built.log.event("registry_unavailable", reason=silence.words or silence.reason, attempt=attempt)
                await asyncio.sleep(backoff(built.rules.retry, attempt=min(attempt, 5), chance=chance()))
            else:
                return

    async def _serve(self) -> int:
        built = self._built
        collect_seldom()
        built.tasks.spawn(self._forget_the_old())
        built.worker.start()
        self._is_serving = True
        while (status := built.worker.status).stage is not Stage.ENDED:
            if self._is_overdue():
                built.log.event("died", error="the stop took too long; what was under way is broken off")
                return 1
            if (call := built.worker.hangs) is not None:
                built.log.event("died", error=call)
                return 1
            built.gate.share(_share(status, self._settings))
            if self._stop_asked.is_set():
                built.phases.move(Phase.DRAINING)
            built.phases.look(has_started=status.stage is Stage.RUNNING)
            if built.tasks.failed.done():
                failure = built.tasks.failed.result()
                built.log.event("died", error=f"{type(failure).__name__}, whose traceback is on stderr")
                raise failure
            await asyncio.wait({built.tasks.failed}, timeout=TICK)
        if status.exit_reason is not None:
            built.log.event("died", error=status.exit_reason)
            return 1
        return 1 if self._stop_now else 0

    def _is_overdue(self) -> bool:
        """Whether a stop has lasted longer than anything it may wait for."""
        if not self._stop_asked.is_set():
            return False
        longest = 0.0 if self._stop_now else self._settings.kafka.drain + LONGEST_COMMIT
        return asyncio.get_running_loop().time() > self._stop_asked_at + longest + LAST_WORDS

    async def _end(self, web: WebPort) -> None:
        """Let go of everything; what still runs is broken off."""
        built = self._built
        built.worker.stop(now=True)
        if self._is_serving:
            await asyncio.to_thread(built.worker.join, LAST_WORDS)
        await built.tasks.cancel()
        await asyncio.to_thread(built.ledger.close)
        await built.api.aclose()
        await asyncio.to_thread(built.tracing.close)
        await web.stop()
        if built.phases.phase is not Phase.STARTING:
            built.phases.move(Phase.DRAINING)
        built.phases.move(Phase.STOPPED)
        built.log.event("stopped")

    async def _forget_the_old(self) -> None:
        ledger, retention = self._built.ledger, self._settings.ledger.retention
        while True:
            await asyncio.sleep(HOUR)
            before = Millis(self._built.seen.now() - int(retention * MILLISECONDS))
            while await ledger.forget(before, FORGET_AT_ONCE):  # noqa: ASYNC110 - it waits for nothing
                await asyncio.sleep(TICK)


def _forget(preparing: asyncio.Future[None]) -> None:
    """What became of it is of no interest any more."""
    if not preparing.cancelled():
        preparing.exception()


def _share(status: KafkaStatus, settings: Settings) -> Share:
    topics = [each.partition.topic for each in status.partitions]
    return Share(
        own_returns=topics.count(settings.topics.returns),
        all_returns=status.returns_partitions,
        own_earns=topics.count(settings.topics.earns),
        all_earns=status.earns_partitions,
    )
