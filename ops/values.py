"""Write the chart's page from its values: `python -m ops.values > helm/README.md`."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).parents[1] / "helm" / "values.yaml"
TOLD = re.compile(r"^ *# -- (.+)$")
NAMED = re.compile(r"^( *)([A-Za-z_]+):")
STEP = 2
INTRODUCTION = """\
# The chart

```console
$ helm install RELEASE helm --values values.yaml
$ helm test RELEASE --logs
```

It deploys one workload that reads Kafka, and what watches it: a PodMonitor, alerts with a runbook each, and a
dashboard, all off until asked for. It is restricted by default, and refuses a name that it does not know and values
that cannot work together. How to install, upgrade, scale and look is in [operations](../docs/operations.md); [ci](ci)
has examples.

| value | default | |
|---|---|---|"""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value, by its path."""

    path: tuple[str, ...]
    says: str


def leaves(text: str) -> Iterator[Leaf]:
    """Every value that has a sentence above it."""
    above: tuple[str, ...] = ()
    says = ""
    for line in text.splitlines():
        named = NAMED.match(line)
        if named:
            above = (*above[: len(named[1]) // STEP], named[2])
            if says:
                yield Leaf(above, says)
        told = TOLD.match(line)
        says = told[1] if told else ""


def page() -> Iterator[str]:
    """The text, line by line."""
    text = FILE.read_text(encoding="utf-8")
    defaults = yaml.safe_load(text)
    told = tuple(leaves(text))
    sections = {leaf.path[:-1] for leaf in told}
    yield from INTRODUCTION.splitlines()
    for leaf in (each for each in told if each.path not in sections):
        default = defaults
        for name in leaf.path:
            default = default[name]
        yield f"| `{'.'.join(leaf.path)}` | `{json.dumps(default)}` | {leaf.says} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join([*page(), ""]))
