"""A link in the documentation leads somewhere."""

from pathlib import Path

import pytest

from tests.docs.page import DOCS, PAGES, ROOT, anchors, links


def broken(page: Path) -> list[str]:
    """The links to files and headings of our own that are not there."""
    found = []
    for link in links(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            found.append(link)
    return found


@pytest.mark.parametrize("page", [*PAGES, ROOT / "helm" / "README.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_resolves(page: Path) -> None:
    assert broken(page) == []


@pytest.mark.parametrize("start", [DOCS / "README.md", ROOT / "README.md"], ids=["the index", "the README"])
def test_every_page_can_be_found(start: Path) -> None:
    found = {(start.parent / link.partition("#")[0]).resolve() for link in links(start.read_text(encoding="utf-8"))}

    assert {*DOCS.glob("*.md"), DOCS / "runbooks" / "README.md"} - {start} - found == set()


def test_a_link_to_nowhere_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Of *what* is: `it`\n[a](page.md#of-what-is-it) [b](gone.md) [c](#gone)\n`[d](code.md)`\n")

    assert broken(page) == ["gone.md", "#gone"]
