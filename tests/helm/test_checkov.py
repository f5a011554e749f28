"""checkov finds nothing but what is meant so."""

import json
import subprocess
from pathlib import Path

from tests.helm.chart import VALUES, example, text
from tests.helm.tools import checkov, hadolint

SECONDS = 300
MEANT = {
    ("CKV_K8S_11", "Deployment"): "a limit of CPU would stall Kafka's heartbeats",
    ("CKV_K8S_11", "Job"): "as the Deployment",
    ("CKV_K8S_11", "Pod"): "as the Deployment",
    ("CKV_K8S_15", "Deployment"): "a version's tag and a digest never change what they mean",
    ("CKV_K8S_15", "Job"): "as the Deployment",
    ("CKV_K8S_15", "Pod"): "as the Deployment",
    ("CKV_K8S_43", "Deployment"): "a release's digest is not known before it; image.digest takes it",
    ("CKV_K8S_43", "Job"): "as the Deployment",
    ("CKV_K8S_43", "Pod"): "as the Deployment",
    ("CKV_K8S_8", "Pod"): "the test ends by itself",
    ("CKV_K8S_9", "Pod"): "the test ends by itself",
    ("CKV_DOCKER_7", "Dockerfile"): "the base is an argument, and its default has a tag",
    ("CKV_DOCKER_2", "Dockerfile"): "Kubernetes asks /livez itself and ignores a HEALTHCHECK",
}
ROOT = Path(__file__).parents[2]


def test_checkov_finds_nothing_but_what_is_meant(tmp_path: Path) -> None:
    for name in VALUES:
        (tmp_path / f"{name}.yaml").write_text(text(example(name)))
    (tmp_path / "Dockerfile").write_text((ROOT / "Dockerfile").read_text())

    done = subprocess.run(
        [
            *(checkov(), "-m", "checkov.main", "--directory", tmp_path, "--framework", "kubernetes", "dockerfile"),
            *("--output", "json", "--compact", "--skip-download"),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    reports = json.loads(done.stdout)
    found = {
        (each["check_id"], each["resource"].partition(".")[0] if "yaml" in each["file_path"] else "Dockerfile")
        for report in reports
        for each in report["results"]["failed_checks"]
    }
    assert sorted(found - set(MEANT)) == []
    assert sorted(set(MEANT) - found) == [], "an exception that nothing needs"
    assert sum(report["summary"]["passed"] for report in reports) > len(MEANT)


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run([hadolint(), ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")
