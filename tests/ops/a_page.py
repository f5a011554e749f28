"""The page that a scrape gets from the real metrics, when each kind of thing has happened once."""

from prometheus_client.samples import Sample

from ops.metrics import a_page


def samples() -> list[Sample]:
    return [sample for family in a_page().collect() for sample in family.samples]


def labels_by_name() -> dict[str, set[str]]:
    """Every name on the page with the labels it has; the scrape adds job, instance and namespace."""
    found: dict[str, set[str]] = {}
    for sample in samples():
        found.setdefault(sample.name, {"job", "instance", "namespace"}).update(sample.labels)
    return found
