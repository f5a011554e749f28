"""compose.yaml is what Compose accepts, and names only what is there."""

import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from consumer.sandbox.demo.broker import DEAD_LETTERS, NAMES, RESULTS
from consumer.settings import load, warnings
from tests.compose.stack import FILE, ROOT, mounted, services, settings, variables
from tests.helm.tools import promtool
from tests.testbed import kraft, registry
from tests.testbed.missing import MissingPartError, give_up

PROMETHEUS = "/etc/prometheus"
GRAFANA = "/etc/grafana/provisioning"
TESTED = {
    "apache/kafka": kraft.VERSION,
    "apicurio/apicurio-registry": registry.VERSION,
    # Its epoch is the day, its version the Grafana whose dashboards it writes.
    "grafana/grafana": metadata.version("grafana-foundation-sdk").rpartition("!")[2],
}


def compose() -> list[str]:
    """The command that reads compose.yaml: Docker's own plugin, or the program that it was before."""
    known = (["docker", "compose"], ["docker-compose"])
    for command in (each for each in known if shutil.which(each[0])):
        if subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
            return command
    return give_up("Compose", MissingPartError("install Docker Compose (Debian: docker-compose)"))


def test_compose_accepts_it() -> None:
    done = subprocess.run(
        [*compose(), "--file", FILE, "config", "--quiet"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_image_is_ours_or_a_version_and_one_that_the_tests_ran_on_where_they_ran_on_one() -> None:
    images = dict(service["image"].split(":") for service in services().values())

    assert images.pop("returns-consumer") == "compose"
    assert all(re.match(r"v?\d", version) for version in images.values())
    assert {name: images[name] for name in TESTED} == TESTED


@pytest.mark.parametrize("service", services())
def test_every_file_that_is_mounted_is_there_and_cannot_be_written(service: str) -> None:
    assert all(file.is_file() for file in mounted(service).values())
    assert all(volume.endswith(":ro") for volume in services()[service].get("volumes", ()))


@pytest.mark.parametrize("service", services())
def test_a_port_is_open_to_this_machine_alone(service: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in services()[service].get("ports", ()))


def test_every_password_is_one_that_everybody_knows() -> None:
    plain = {value for name, value in variables().items() if re.search("PASSWORD|SECRET|TOKEN|KEY", name)}
    in_urls = {password for value in variables().values() if (password := urlsplit(value).password)}

    assert plain | in_urls == {"demo"}


def test_the_settings_are_right_and_the_same_for_all_who_have_some() -> None:
    ours = {name: each for name, each in services().items() if "build" in each}

    load(None, settings())

    assert warnings(settings()) == ()
    assert all(each.get("environment", settings()) == settings() for each in ours.values())
    assert set(ours) == {"consumer", "migrate", "sandbox", "load"}


def test_whoever_is_asked_by_name_is_a_service() -> None:
    hosts = {urlsplit(value).hostname for value in settings().values() if "://" in value}
    source = yaml.safe_load(mounted("grafana")[f"{GRAFANA}/datasources/prometheus.yaml"].read_text())
    hosts |= {urlsplit(each["url"]).hostname for each in source["datasources"]}
    hosts.add(settings()["CONSUMER_KAFKA__BOOTSTRAP_SERVERS"].partition(":")[0])

    assert hosts == {"kafka", "registry", "postgres", "sandbox", "prometheus"}
    assert hosts <= set(services())


def test_the_topics_of_the_settings_are_created() -> None:
    script = services()["topics"]["command"][-1]

    created = set(re.findall(r"for topic in (.*?);", script)[0].split())

    assert created == {
        getattr(load(None, settings()).topics, name) for name in ("returns", "earns", "results", "dead_letters")
    }
    assert created == {*NAMES.values(), RESULTS, DEAD_LETTERS}


def test_prometheus_accepts_its_configuration_and_scrapes_the_job_that_the_rules_ask_for(tmp_path: Path) -> None:
    for target, file in mounted("prometheus").items():
        shutil.copy(file, tmp_path / Path(target).relative_to(PROMETHEUS))

    done = subprocess.run(
        [promtool(), "check", "config", tmp_path / "prometheus.yaml"], capture_output=True, text=True, check=False
    )

    config = yaml.safe_load((tmp_path / "prometheus.yaml").read_text())
    jobs = {
        found for name in config["rule_files"] for found in re.findall('job="(.*?)"', (tmp_path / name).read_text())
    }
    assert done.returncode == 0, done.stderr
    assert {each["job_name"] for each in config["scrape_configs"]} == jobs
    assert {
        name for each in config["scrape_configs"] for found in each["dns_sd_configs"] for name in found["names"]
    } == {"consumer"}


def test_grafana_finds_the_dashboard_of_the_chart() -> None:
    files = mounted("grafana")
    provider = yaml.safe_load(files[f"{GRAFANA}/dashboards/returns.yaml"].read_text())["providers"][0]

    found = [file for target, file in files.items() if str(Path(target).parent) == provider["options"]["path"]]

    assert found == [ROOT / "helm" / "files" / "dashboard.json"]
    assert files[variables()["grafana/GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]] in found
