"""Dead letters sent again: which, how often, and what is left after a crash at any step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from consumer.core.model import CustomerId, Millis, Record
from consumer.core.offset_map import LIMIT, Restored, decode
from consumer.core.redrive import Again, Fate, Letter, Selection, Stretch, customer_in_key
from consumer.core.redriven import Redriven, started
from consumer.flow.redrive import Redrive, Steps, Wish
from tests.builders import a_record, coordinates

RETURNS = "return-transactions"
EVERYTHING = Selection(
    topics=frozenset({RETURNS}),
    reasons=frozenset(),
    customer=None,
    promotion=None,
    since=None,
    until=None,
    partition=None,
    offset=None,
    max_redrives=3,
)


class Crash(Exception):  # noqa: N818 - no error of the code's
    """The process died here."""


def a_letter(offset: int, reason: str = "731", **headers: str) -> Record:
    told = {"dlt_reason": reason, "dlt_topic": RETURNS, "dlt_partition": "4", "redrive_count": "0", **headers}
    return a_record(
        str(offset).encode(),
        source=coordinates(offset, topic="letters"),
        headers=(("shop", b"north"), *((name.replace("_", "-"), value.encode()) for name, value in told.items())),
    )


@dataclass(slots=True)
class Broker:
    """A dead-letter topic of one partition, read by `most`, and what was sent of it; it dies when `steps` are done."""

    letters: Sequence[Record]
    steps: int = 10**9
    most: int = 3
    is_remembered: bool = False
    sent: list[Again] = field(default_factory=list)
    committed: tuple[int, str] = (0, "")

    def _step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Crash

    def start(self) -> None:
        self._step()

    def stretches(self) -> Sequence[Stretch]:
        self._step()
        end = self.letters[-1].source.offset + 2
        read = decode(self.committed[1], committed=self.committed[0], log_end=end)
        edges = read.edges if isinstance(read, Restored) else ()
        redriven = started(self.committed[0], edges, 0)
        return [Stretch(topic="letters", partition=0, redriven=redriven, end=end, is_remembered=self.is_remembered)]

    def read(self, stretch: Stretch, batch: int) -> Iterator[tuple[Sequence[Record], int]]:
        left = [letter for letter in self.letters if letter.source.offset >= stretch.redriven.position]
        while left:
            self._step()
            most = min(batch, self.most)
            now, left = left[:most], left[most:]
            yield now, now[-1].source.offset + 1 if left else stretch.end

    def send(self, letters: Sequence[Again], progress: Sequence[tuple[Stretch, Redriven]]) -> None:
        self._step()
        self.sent += letters
        for _, redriven in progress:
            snapshot = redriven.snapshot()
            self.committed = (snapshot.offset, snapshot.metadata)
        self._step()

    def values(self) -> list[int]:
        return [int(again.value or b"") for again in self.sent]


def wish(*reasons: str, limit: int | None = None, note: str | None = None, **changes: Any) -> Wish:
    selection = replace(EVERYTHING, reasons=frozenset(reasons), **changes)
    return Wish(selection=selection, limit=limit, rate=None, note=note)


def nothing(_: object) -> None:
    """No step besides."""


def redrive(broker: Broker, wished: Wish) -> list[Fate]:
    fates: list[Fate] = []

    def tell(_: Letter, fate: Fate) -> None:
        fates.append(fate)

    Redrive(broker, wished, customer_in_key, tell).send(broker, Steps(ahead=nothing, pause=nothing))
    return fates


def test_a_letter_is_sent_as_it_was_to_where_it_was() -> None:
    broker = Broker([a_letter(0, redrive_count="1", redrive_note="the last one")])

    redrive(broker, wish(note="feed repaired"))

    (sent,) = broker.sent
    assert (sent.topic, sent.partition, sent.key, sent.value) == (RETURNS, 4, b"4711", b"0")
    assert sent.headers == (("shop", b"north"), ("redrive-count", b"2"), ("redrive-note", b"feed repaired"))


def test_looking_sends_nothing_and_says_the_same() -> None:
    letters = [a_letter(at, "404" if at % 2 else "731") for at in range(8)]
    looked: list[Fate] = []

    Redrive(Broker(letters), wish("404", limit=3), customer_in_key, lambda _, fate: looked.append(fate)).look()

    assert looked == redrive(Broker(letters), wish("404", limit=3))
    assert looked.count(Fate.CHOSEN) == 3
    assert looked.count(Fate.OVER_LIMIT) == 1


@pytest.mark.parametrize(
    ("letter", "wished", "fate"),
    [
        (a_letter(0, dlt_topic="elsewhere"), wish(), Fate.FOREIGN),
        (replace(a_letter(0), headers=()), wish(), Fate.FOREIGN),
        (a_letter(0, redrive_count="3"), wish(), Fate.OFTEN_ENOUGH),
        (a_letter(0, redrive_count="2"), wish(), Fate.CHOSEN),
        (a_letter(0), wish("404"), Fate.NOT_WANTED),
        (a_letter(0), wish(customer=CustomerId(4712)), Fate.NOT_WANTED),
        (a_letter(0), wish(customer=CustomerId(4711)), Fate.CHOSEN),
        (a_letter(0), wish(promotion="p2"), Fate.NOT_WANTED),
        (a_letter(0, dlt_failures='[{"promotion_id": "p2"}]'), wish(promotion="p2"), Fate.CHOSEN),
        (a_letter(0, dlt_failures='[{"promotion_id": "p'), wish(promotion="p"), Fate.NOT_WANTED),
        (a_letter(0, dlt_failures='{"promotion_id": "p"}'), wish(promotion="p"), Fate.NOT_WANTED),
        (a_letter(0), wish(since=Millis(a_letter(0).timestamp + 1)), Fate.NOT_WANTED),
        (a_letter(0), wish(since=a_letter(0).timestamp), Fate.CHOSEN),
        (a_letter(0), wish(until=a_letter(0).timestamp), Fate.NOT_WANTED),
        (a_letter(0), wish(until=Millis(a_letter(0).timestamp + 1)), Fate.CHOSEN),
        (a_letter(0), wish(partition=1), Fate.NOT_WANTED),
        (a_letter(0), wish(offset=0, partition=0), Fate.CHOSEN),
    ],
)
def test_a_person_chooses_what_is_sent(letter: Record, wished: Wish, fate: Fate) -> None:
    assert redrive(Broker([letter]), wished) == [fate]


def test_a_crash_at_any_step_neither_repeats_nor_skips_a_letter() -> None:
    letters = [a_letter(at * 2, "404" if at % 3 else "731") for at in range(11)]
    wanted = [int(letter.value or b"") for letter in letters if dict(letter.headers)["dlt-reason"] == b"731"]
    others = [int(letter.value or b"") for letter in letters if int(letter.value or b"") not in wanted]

    for steps in range(40):
        broker = Broker(letters, steps=steps)
        try:
            redrive(broker, wish("731"))
        except Crash:
            broker.steps = 10**9
            redrive(broker, wish("731"))
        assert broker.values() == wanted
        broker.steps = 10**9
        redrive(broker, wish())
        assert broker.values() == wanted + others
        assert broker.committed == (22, "")


def test_what_could_not_be_remembered_is_not_sent() -> None:
    letters = [a_letter(at, "404" if at % 2 else "731") for at in range(6000)]
    broker = Broker(letters)

    fates = redrive(broker, wish("404"))

    assert fates.count(Fate.CHOSEN) == len(broker.sent) > 1000
    assert fates.count(Fate.NO_ROOM) == 3000 - len(broker.sent) > 0
    assert len(broker.committed[1]) <= LIMIT
    assert broker.values() == [at * 2 + 1 for at in range(len(broker.sent))]
    redrive(broker, wish())
    assert sorted(broker.values()) == list(range(6000))


def test_after_a_letter_without_room_none_of_its_partition_is_sent() -> None:
    letters = [a_letter(at, "404" if at % 2 else "731") for at in range(6000)]

    fates = redrive(Broker(letters, most=50), wish("404"))

    asked_for = [fate for fate in fates if fate is not Fate.NOT_WANTED]
    room = asked_for.index(Fate.NO_ROOM)
    assert asked_for == [Fate.CHOSEN] * room + [Fate.NO_ROOM] * (3000 - room)


def test_looking_tells_whether_an_earlier_redrive_is_remembered() -> None:
    letters = [a_letter(0)]
    anew, again = (
        Redrive(Broker(letters, is_remembered=so), wish(), customer_in_key, lambda _letter, _fate: None)
        for so in (False, True)
    )

    assert (anew.look(), again.look()) == (False, True)


def test_each_letter_is_heard_of_before_it_is_sent() -> None:
    broker = Broker([a_letter(at, "404" if at % 2 else "731") for at in range(8)])
    heard: list[tuple[str, int]] = []

    def ahead(letter: Letter) -> None:
        heard.append(((letter.record.value or b"").decode(), len(broker.sent)))

    Redrive(broker, wish("404"), customer_in_key, lambda _letter, _fate: None).send(
        broker, Steps(ahead=ahead, pause=nothing)
    )

    assert heard == [("1", 0), ("3", 1), ("5", 1), ("7", 3)]


def test_a_slow_rate_sends_in_small_batches_and_pauses_after_each() -> None:
    broker = Broker([a_letter(at) for at in range(6)])
    pauses: list[int] = []

    wished = replace(wish(), rate=2.0)
    Redrive(broker, wished, customer_in_key, lambda _letter, _fate: None).send(
        broker, Steps(ahead=nothing, pause=pauses.append)
    )

    assert pauses == [2, 4, 6]
