"""The first chapter: the vendor is down when the shop opens."""

from consumer.sandbox.demo.cast import DORA, QUEUE
from consumer.sandbox.demo.story import Chapter, Story
from consumer.sandbox.demo.telling import back, earned, revoked

CUPS = 40

OPENING = Chapter(
    title="08:30  The vendor is down when the shop opens",
    note="503 to every call: the service holds the line, and nothing becomes a dead letter for it.",
    is_down=True,
    stories=(
        Story(
            title="Six people queue at the door; their returns wait, then settle",
            earns=tuple(earned(who, f"B-{who}", "coffee") for who in QUEUE),
            returns=tuple(back(who, f"B-{who}", "FULL", revoked()) for who in QUEUE),
        ),
        Story(
            title=f"Dora brings back {CUPS} cups, bought one by one; a few calls take all the stamps",
            earns=tuple(earned(DORA, f"B-cup-{cup}", "stamp") for cup in range(CUPS)),
            returns=tuple(back(DORA, f"B-cup-{cup}", "FULL", revoked()) for cup in range(CUPS)),
            most_calls=CUPS // 3,
        ),
    ),
)
