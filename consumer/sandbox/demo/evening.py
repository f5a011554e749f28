"""The last chapter: earns that come after the return of their purchase."""

from consumer.sandbox.demo.cast import XENIA, YANN, ZOE
from consumer.sandbox.demo.story import Chapter, Story
from consumer.sandbox.demo.telling import back, earned, late, line, nothing, revoked

EVENING = Chapter(
    title="18:00  News travels slowly",
    note="The return is there before its earn; when the earn comes, a further outcome follows.",
    stories=(
        Story(
            title="Xenia is back with the shoes before anybody told of her earn; it is not forgotten",
            returns=(back(XENIA, "B-shoes", "FULL", nothing()),),
            late=(late(earned(XENIA, "B-shoes", "ten-off"), "REVOKED"),),
        ),
        Story(
            title="Yann's first earn was in time, his second was not",
            earns=(earned(YANN, "B-coat", "coffee"),),
            returns=(back(YANN, "B-coat", "FULL", revoked()),),
            late=(late(earned(YANN, "B-coat", "points"), "REVOKED"),),
        ),
        Story(
            title="Zoe kept the goods of her late earn: she keeps that, too",
            returns=(back(ZOE, "B-plates", "LINE_ITEM", nothing(), lines=[line("1")]),),
            late=(earned(ZOE, "B-plates", "stamp", line_ids=["2"]),),
        ),
    ),
)
