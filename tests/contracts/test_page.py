"""The page for people, as HTML."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace

import pytest

from consumer.adapters.web import Headline, Page
from consumer.adapters.web.front import FRESH_FOR, REST, Front
from tests.contracts.a_page import HEADLINE, a_page, a_series, an_instance, answered
from tests.contracts.outline import Outline

HOSTILE = '<script>alert("1")</script>&\'"'


def written(page: Page) -> str:
    return Front(lambda: page, lambda: 0.0)().decode()


def outline(page: Page) -> Outline:
    return Outline(written(page))


def test_the_sentence_comes_first_and_the_parts_have_headings_in_their_order() -> None:
    found = outline(a_page())

    assert found.headings == [
        ("h1", HEADLINE.sentence),
        ("h2", "Now"),
        ("h2", "The last hour"),
        ("h2", "Customers’ lanes, oldest first"),  # noqa: RUF001 - as it is printed
        ("h2", "Dead letters by reason"),
        ("h2", "Last outcomes"),
        ("h2", "Partitions"),
    ]
    assert [tag for tag, _ in found.tags if tag in {"header", "main", "footer"}] == ["header", "main", "footer"]


def test_it_says_all_that_it_was_given() -> None:
    told = outline(a_page()).text.replace("\N{NO-BREAK SPACE}", " ")

    for words in (
        "returns-consumer on returns-0 version 1.2.3, up for 2 h 1 min",
        "Running for 1 h 2 min. As of 11:06:40 UTC",
        "Open records 12 the oldest is 3 s old",
        "2 of 9; no customer is named here",
        "3 s 4 in a call 1.5 s 1 waits",
        "729 the customer has spent it 2",
        "11:06:40 r1 return-transactions 3@41870 REVOKED",
        "0 41800 12 40 3 % 3 41871 0 – 0 %, paused",  # noqa: RUF001 - as it is printed
    ):
        assert words in told


def test_a_shadow_says_first_that_it_does_nothing() -> None:
    shadow = outline(a_page(instance=an_instance(shadow=True))).text

    assert f"A shadow run: nobody is called, nothing is published. {HEADLINE.sentence}" in shadow
    assert "shadow" not in outline(a_page()).text


def test_every_table_is_named_and_its_heads_say_what_they_are_of() -> None:
    found = outline(a_page())

    assert len(found.all_of("table")) == len(found.all_of("caption")) == 4
    assert {head["scope"] for head in found.all_of("th")} == {"col", "row"}


def test_a_person_is_sent_to_the_runbook_and_told_what_follows() -> None:
    headline = replace(HEADLINE, tone="bad", more="The next attempt comes in 12 s.", runbook="ReturnsApiAuthRejected")
    found = outline(a_page(headline=headline))

    assert "The next attempt comes in 12 s." in found.text
    assert "What to do: runbook ReturnsApiAuthRejected ." in found.text
    assert {"class": "headline bad"} in found.all_of("section")


def test_where_nothing_is_yet_it_says_so() -> None:
    page = a_page(lanes=(), set_aside=(), answered=(), topics=(), series=(a_series(points=()),))

    told = outline(page).text

    assert "No customer waits." in told
    assert "None is ours." in told
    assert told.count("None since this process started.") == 2
    assert "no samples yet" in told


def test_words_from_outside_are_words() -> None:
    hostile = a_page(
        headline=Headline(tone="bad", phase=HOSTILE, sentence=HOSTILE, more=HOSTILE, runbook=HOSTILE),
        answered=(answered(HOSTILE, status=HOSTILE, notes=(HOSTILE,)),),
        series=(a_series(HOSTILE),),
    )
    page = written(hostile)

    assert "<script>alert" not in page
    assert len(Outline(page).all_of("script")) == 1
    assert Outline(page).text.count(HOSTILE) == 8
    assert f"{HOSTILE}, the last hour" in str(Outline(page).all_of("svg")[0]["aria-label"])


def test_an_event_id_that_is_no_text_breaks_nothing() -> None:
    assert "r\N{REPLACEMENT CHARACTER}1" not in written(a_page(answered=(answered("r\udc001"),)))
    assert "r?1" in written(a_page(answered=(answered("r\udc001"),)))


def test_nothing_comes_from_elsewhere_and_only_what_is_inside_may_run() -> None:
    page, policy = written(a_page()), Front(a_page, lambda: 0.0).headers["Content-Security-Policy"]
    (style,), (script,) = (
        re.findall(r"<style>(.*?)</style>", page, re.DOTALL),
        re.findall(r"<script>(.*?)</script>", page, re.DOTALL),
    )

    assert set(re.findall(r"https?://[^'\" ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.findall(r"\s(?:style|on\w+)=", page)
    for allowed, text in (("style-src", style), ("script-src", script)):
        assert f"{allowed} 'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_however_many_look_it_is_made_twice_a_second() -> None:
    made: list[Page] = []
    now = [100.0]

    def look() -> Page:
        made.append(a_page())
        return made[-1]

    front = Front(look, lambda: now[0])
    pages = {front() for _ in range(5)}
    assert (len(made), len(pages)) == (1, 1)

    now[0] += FRESH_FOR
    front()
    assert len(made) == 2


def test_the_longer_it_takes_to_make_the_longer_it_is_kept() -> None:
    made: list[Page] = []
    now = [100.0]

    def look() -> Page:
        now[0] += 0.125
        made.append(a_page())
        return made[-1]

    front = Front(look, lambda: now[0])
    front()
    now[0] += REST * 0.125 - 0.25
    front()
    assert len(made) == 1

    now[0] += 0.25
    front()
    assert len(made) == 2


@pytest.mark.parametrize("seconds", [0.0005, 0.004, 0.1, 3.0])
def test_however_often_it_is_looked_at_making_it_takes_no_more_than_a_fiftieth_of_the_time(seconds: float) -> None:
    made: list[float] = []
    now = [0.0]

    def look() -> Page:
        now[0] += seconds
        made.append(now[0])
        return a_page()

    front = Front(look, lambda: now[0])
    front()
    while len(made) < 4:
        now[0] += 0.01
        front()

    assert (len(made) - 1) * seconds <= (made[-1] - made[0]) / 50


@pytest.mark.parametrize(
    ("series", "told"),
    [
        (a_series(points=((10.0, 58_123.0), (0.0, 3.5))), "Outcomes a minute, the last hour: now 3.5, highest 58,123"),
        (a_series(points=((0.0, 65.0),), unit="seconds"), "Outcomes a minute, the last hour: now 1 min 5 s, highest"),
    ],
)
def test_a_plot_can_be_read_aloud(series: object, told: str) -> None:
    (plot, *_) = outline(a_page(series=(series,))).all_of("svg")

    assert plot["role"] == "img"
    assert told in str(plot["aria-label"]).replace("\N{NO-BREAK SPACE}", " ")
