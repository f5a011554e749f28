"""What the chart renders for each example, as committed: `python -m tests.helm.snapshots` writes it anew.

Whoever changes a template sees in the difference what that does to a release.
"""

from pathlib import Path

from tests.helm.chart import VALUES, example, text

FOLDER = Path(__file__).parent / "rendered"
BETWEEN = "---\n"
TOLD_ELSEWHERE = ("templates/dashboard.yaml\n", "templates/prometheusrule.yaml\n")
"""They render files of the chart that have tests of their own."""


def snapshot(name: str) -> str:
    """All that Helm renders of the example but what is told elsewhere."""
    objects = text(example(name)).split(BETWEEN)
    return BETWEEN.join(each for each in objects if not any(source in each for source in TOLD_ELSEWHERE))


def file_of(name: str) -> Path:
    """Where it is committed."""
    return FOLDER / f"{name}.yaml"


if __name__ == "__main__":
    for each in VALUES:
        file_of(each).write_text(snapshot(each), encoding="utf-8")
