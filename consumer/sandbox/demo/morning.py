"""The second chapter: what is taken back, and what is left alone."""

from consumer.sandbox.demo.cast import ANA, BEN, CLEO, EMIL, FAYE, GUS, HANA, IVO, JUNE, KURT, LENA, MILO
from consumer.sandbox.demo.story import Chapter, Story
from consumer.sandbox.demo.telling import (
    DAY,
    TODAY,
    back,
    changed,
    duplicate,
    earned,
    line,
    nothing,
    revoked,
)

TWO_LINES = [line("1"), line("2")]

TAKEN_BACK = (
    Story(
        title="Ana brings back everything she bought",
        earns=(earned(ANA, "B-kettle", "coffee", line_ids=["1"]), earned(ANA, "B-kettle", "ten-off")),
        returns=(back(ANA, "B-kettle", "FULL", revoked("REVOKED", "REVOKED")),),
    ),
    Story(
        title="Ben cancels his order before it is sent",
        earns=(earned(BEN, "B-lamp", "ten-off"),),
        returns=(back(BEN, "B-lamp", "CANCELLED", revoked()),),
    ),
    Story(
        title="Cleo keeps the pan and returns the lid",
        earns=(
            earned(CLEO, "B-pan", "coffee", line_ids=["pan"]),
            earned(CLEO, "B-pan", "stamp", line_ids=["lid"]),
            earned(CLEO, "B-pan", "ten-off"),
        ),
        returns=(
            back(
                CLEO,
                "B-pan",
                "LINE_ITEM",
                revoked("KEPT_BY_POLICY other-line", "REVOKED", "KEPT_BY_POLICY not-whole-bill"),
                lines=[line("lid")],
            ),
        ),
    ),
    Story(
        title="Emil returns one boot, then the other: together, the whole bill",
        earns=(earned(EMIL, "B-boots", "stamp", line_ids=["1"]), earned(EMIL, "B-boots", "ten-off")),
        returns=(
            back(
                EMIL,
                "B-boots",
                "LINE_ITEM",
                revoked("REVOKED", "KEPT_BY_POLICY not-whole-bill"),
                lines=[line("1")],
                purchase_lines=TWO_LINES,
            ),
            back(
                EMIL,
                "B-boots",
                "LINE_ITEM",
                revoked("ALREADY_REVOKED", "REVOKED"),
                event_id="return-B-boots-2",
                lines=[line("2")],
                purchase_lines=TWO_LINES,
            ),
        ),
    ),
    Story(
        title="Faye exchanges things of two bills for something new",
        earns=(earned(FAYE, "B-scarf", "stamp", line_ids=["1"]), earned(FAYE, "B-hat", "ten-off")),
        returns=(
            back(
                FAYE,
                "B-exchange",
                "LINE_ITEM",
                revoked("REVOKED", "REVOKED"),
                type="MIXED",
                lines=[
                    line("1", parent_bill_number="B-scarf"),
                    line("2", parent_bill_number="B-hat", return_type="FULL"),
                    line("3"),
                ],
            ),
        ),
    ),
    Story(
        title="The till tells Gus's return twice",
        earns=(earned(GUS, "B-drill", "coffee"),),
        returns=(back(GUS, "B-drill", "FULL", revoked()), back(GUS, "B-drill", "FULL", duplicate())),
    ),
    Story(
        title="The head office took Hana's earn back last week",
        earns=(earned(HANA, "B-rug", "ten-off"), changed(HANA, "B-rug", "ten-off", "REVOKED")),
        returns=(back(HANA, "B-rug", "FULL", revoked("ALREADY_REVOKED")),),
    ),
    Story(
        title="The line breaks after the vendor did it; the repeat is told 731, the listing tells the truth",
        earns=(earned(IVO, "B-radio", "coffee", "drop-once"),),
        returns=(back(IVO, "B-radio", "FULL", revoked("ALREADY_REVOKED")),),
    ),
)

LEFT_ALONE = (
    Story(
        title="June's bill earned nothing",
        returns=(back(JUNE, "B-unheard-of", "FULL", nothing()),),
    ),
    Story(
        title="Somebody returns a vase and gives no name",
        earns=(earned(JUNE, "B-vase", "coffee"),),
        returns=(back(JUNE, "B-vase", "FULL", nothing(), type="NOT_INTERESTED_RETURN", customer_id=None),),
    ),
    Story(
        title="Kurt gets some money back, but returns no goods",
        earns=(earned(KURT, "B-chair", "stamp", line_ids=["1"]), earned(KURT, "B-chair", "ten-off")),
        returns=(
            back(KURT, "B-chair", "AMOUNT", nothing("KEPT_BY_POLICY other-line", "KEPT_BY_POLICY not-whole-bill")),
        ),
    ),
    Story(
        title="Lena pays with her brother's card: one earn is his, one is from a milestone, one is hers",
        earns=(
            earned(MILO, "B-desk", "coffee"),
            earned(LENA, "B-desk", "points", earned_from_type="MILESTONE"),
            earned(LENA, "B-desk", "ten-off"),
        ),
        returns=(
            back(
                LENA,
                "B-desk",
                "FULL",
                revoked("KEPT_BY_POLICY other-customer", "KEPT_BY_POLICY earned-from", "REVOKED"),
            ),
        ),
    ),
    Story(
        title="Milo finds a two-year-old receipt",
        earns=(earned(MILO, "B-tent", "ten-off"),),
        returns=(back(MILO, "B-tent", "FULL", nothing("KEPT_BY_POLICY too-old"), purchased_at=TODAY - 730 * DAY),),
    ),
)

MORNING = Chapter(
    title="10:00  An ordinary morning",
    note="What is taken back, and what the policy leaves alone, with the reason.",
    stories=(*TAKEN_BACK, *LEFT_ALONE),
)
