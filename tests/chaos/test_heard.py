"""Of a log that grows each line is heard once, and whole."""

from pathlib import Path

from tests.chaos.heard import Heard

DIED = '{"event": "died", "error": "x"}\n'


def test_what_is_said_is_heard_once_also_where_a_line_comes_in_two_pieces(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f'no json\n{{"event": "outcome", "word": "died"}}\n{DIED}{DIED[:9]}')
    heard = Heard(log, ["died", "partitions_lost"])

    before = list(heard.events("died"))
    with log.open("a") as more:
        more.write(DIED[9:])

    assert [told["error"] for told in before] == ["x"]
    assert [told["error"] for told in heard.events("died")] == ["x", "x"]
    assert list(heard.events("partitions_lost")) == []
