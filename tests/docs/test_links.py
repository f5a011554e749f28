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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_resolves(page: Path) -> None:
    assert broken(page) == []


def test_the_index_leads_to_every_page() -> None:
    index = {(DOCS / link.partition("#")[0]).resolve() for link in links((DOCS / "README.md").read_text())}

    assert [page for page in DOCS.glob("*.md") if page.name != "README.md" and page not in index] == []
    assert DOCS / "runbooks" / "README.md" in index


def test_a_link_to_nowhere_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Of *what* is: `it`\n[a](page.md#of-what-is-it) [b](gone.md) [c](#gone)\n`[d](code.md)`\n")

    assert broken(page) == ["gone.md", "#gone"]
