"""The commands of a release fit what they build."""

import re

from tests.docs.page import ROOT, text_of

PAGE = text_of("releasing.md")


def test_a_release_tells_the_image_all_that_it_wants_to_know() -> None:
    wanted = re.findall(r"^ARG (\w+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert set(re.findall(r"--build-arg (\w+)=", PAGE)) == set(wanted)


def test_the_bill_of_materials_is_where_the_makefile_puts_it() -> None:
    (file,) = re.findall(r"^SBOM \?= (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert f"--predicate {file} " in PAGE
