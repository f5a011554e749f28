"""The page for people as bytes: one template, its style and its script inside, nothing from elsewhere."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from consumer.adapters.web import plot, words
from consumer.adapters.web.page import Page, Tone

HERE = Path(__file__).parent
FRESH_FOR = 0.5
"""Seconds; however many look, the page is made no more often, so that looking cannot slow the work down."""
REST = 50
"""The page rests so many times as long as the last one took: making it takes less than a fiftieth of a core."""
ICONS: Mapping[Tone, str] = {"good": "1a7f4b", "waits": "b26a00", "bad": "c62828", "quiet": "6b7280"}


class Front:
    """Makes the page."""

    def __init__(self, look: Callable[[], Page], clock: Callable[[], float]) -> None:
        """`clock` tells seconds that only go up."""
        self._look = look
        self._clock = clock
        self._made = b""
        self._stale_at = float("-inf")
        self._style, self._script = ((HERE / name).read_text(encoding="utf-8") for name in ("status.css", "status.js"))
        environment = Environment(
            loader=FileSystemLoader(HERE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        filters = (words.duration, words.number, words.percent, words.clock, words.moment, words.breakable)
        environment.filters |= {each.__name__: each for each in filters} | {"drawn": plot.drawn}
        self._template = environment.get_template("status.html")
        self.headers = _headers(self._style, self._script)

    def __call__(self) -> bytes:
        """The page as it is now, or was a moment ago."""
        begun = self._clock()
        if begun >= self._stale_at:
            self._made = self._write(self._look())
            ended = self._clock()
            self._stale_at = ended + max(FRESH_FOR, REST * (ended - begun))
        return self._made

    def _write(self, page: Page) -> bytes:
        text = self._template.render(
            page=page,
            icon=ICONS[page.headline.tone],
            style=Markup(self._style),  # noqa: S704 - our own file, as it stands
            script=Markup(self._script),  # noqa: S704 - as above
            width=plot.WIDTH,
            height=plot.HEIGHT,
        )
        # A lone surrogate, which JSON lets into an event id, must not break the page.
        return text.encode("utf-8", "replace")


def _headers(style: str, script: str) -> Mapping[str, str]:
    """What a browser must not do with the page: ask anybody but us, run or show what is not in it, frame it."""
    policy = (
        "default-src 'none'",
        f"style-src {_hash(style)}",
        f"script-src {_hash(script)}",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
