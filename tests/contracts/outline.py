"""A page of HTML as a person meets it: its words, headings and tables."""

from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "path", "wbr"})
UNSEEN = frozenset({"style", "script", "title"})


class Outline(HTMLParser):
    """What stands in the page. Raises ValueError where a tag is not closed by its own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self._words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        if self._open:
            raise ValueError(f"never closed: {self._open}")

    @property
    def text(self) -> str:
        """All words, with one space between."""
        return " ".join(" ".join(self._words).split())

    def all_of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each tag of this name."""
        return [attributes for name, attributes in self.tags if name == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._open.pop() != tag:
            raise ValueError(f"{tag} is closed, but something else is open")

    def handle_data(self, data: str) -> None:
        if not UNSEEN & set(self._open):
            self._words.append(data)
            if self._open and self._open[-1] in {"h1", "h2"}:
                self.headings.append((self._open[-1], " ".join(data.split())))
