"""What a page of the documentation consists of: tables, blocks of code, headings, links."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BESIDE = ("README.md", "CHANGELOG.md", "SECURITY.md", "benchmarks/README.md")
PAGES = (*(ROOT / name for name in BESIDE), *sorted(DOCS.rglob("*.md")))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`[^`\n]+`")


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of this language."""
    return [body for name, body in BLOCK.findall(text) if name == language]


def prose(text: str) -> str:
    """The text without its blocks of code."""
    return BLOCK.sub("", text)


def links(text: str) -> list[str]:
    """Where the page leads to; what is code is no link."""
    return LINK.findall(CODE.sub("", prose(text)))


def anchors(text: str) -> set[str]:
    """The names that a link may have behind its #, by GitHub's rule."""
    found: dict[str, int] = {}
    for heading in HEADING.findall(prose(text)):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")
        found[name] = found.get(name, 0) + 1
    return {name if not again else f"{name}-{again}" for name, count in found.items() for again in range(count)}


def tables(text: str) -> Iterator[list[list[str]]]:
    """Each table: its rows, without heading and rule, cell by cell without the marks of code."""
    for table in re.findall(r"(?:^\|.*\|\n)+", prose(text), re.MULTILINE):
        rows = [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in table.splitlines()]
        yield rows[2:]


def heading_of(table: int, text: str) -> list[str]:
    """The names of a table's columns."""
    found = re.findall(r"(?:^\|.*\|\n)+", prose(text), re.MULTILINE)[table]
    return [cell.strip().replace("`", "") for cell in found.splitlines()[0].strip("|").split("|")]
