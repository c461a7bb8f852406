"""What is deployed fits the code: compose.yaml, Dockerfile and .dockerignore, read without Docker."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from notes_pipeline.bootstrap import MIGRATIONS
from notes_pipeline.settings import Settings
from notes_pipeline.worker.process import EXIT_MARGIN_S

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {"postgres", "broker", "migrate", "api", "worker"}
OURS = {"migrate", "api", "worker"}
# What a service may say, of the words of the compose specification that we use. A slip of the pen is none of them.
WORDS = {
    "build", "cap_add", "cap_drop", "command", "depends_on", "deploy", "environment", "healthcheck", "image", "init",
    "logging", "networks", "pids_limit", "ports", "read_only", "restart", "security_opt", "shm_size",
    "stop_grace_period", "stop_signal", "tmpfs", "ulimits", "volumes",
}  # fmt: skip
HEALTH_WORDS = {"test", "interval", "timeout", "retries", "start_period", "disable"}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
DURATION = re.compile(r"(?:(\d+)m)?(?:(\d+)s)?")
# Set in the image, or of no use in a container: files that would have to be mounted, the folder of embedded servers.
NOT_IN_COMPOSE = {"NOTES_DATA", "NOTES_PROMPTS", "NOTES_PRICES", "NOTES_CANARY"}
SECRET = re.compile(r"KEY|PASSWORD|TOKEN$|SECRET")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = compose["services"]
    assert isinstance(found, dict)
    return found


def seconds(duration: str) -> int:
    match = DURATION.fullmatch(duration)
    assert match is not None, duration
    assert match.group(), duration
    return int(match[1] or 0) * 60 + int(match[2] or 0)


def instructions() -> Iterator[tuple[str, str]]:
    """Read the Dockerfile: each instruction with its arguments, lines that go on joined, comments left out."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#")).replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, " ".join(rest.split())


def last_stage() -> list[tuple[str, str]]:
    found = list(instructions())
    begins = max(position for position, (name, _) in enumerate(found) if name == "FROM")
    return found[begins:]


def test_the_services_are_those_of_the_documentation_and_say_only_known_words(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    assert set(services) == SERVICES
    assert {word for word in compose if not word.startswith("x-")} == {"name", "services", "networks", "volumes"}
    for name, service in services.items():
        assert set(service) <= WORDS, name
        assert set(service["healthcheck"]) <= HEALTH_WORDS, name


def test_every_variable_is_a_setting_and_every_setting_can_be_set(services: dict[str, dict[str, Any]]) -> None:
    settings = {name.upper() for name in Settings.model_fields}
    for name in OURS:
        assert set(services[name]["environment"]) <= settings, name
    assert settings - set(services["worker"]["environment"]) == NOT_IN_COMPOSE


def test_no_secret_stands_in_the_file(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable):
                assert value is None or str(value).startswith("${"), (name, variable)
    url = services["worker"]["environment"]["DATABASE_URL"]
    assert re.fullmatch(r"postgresql://notes:\$\{POSTGRES_PASSWORD:\?[^}]+\}@postgres:5432/notes", url)


def test_what_is_waited_for_is_there_healthy_or_done(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] in CONDITIONS, name
            is_checked = not services[other]["healthcheck"].get("disable")
            assert how["condition"] != "service_healthy" or is_checked, (name, other)
    for name in ("api", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["migrate"]["restart"] == "no"  # else it never counts as done


def test_every_service_that_stays_has_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    for name in SERVICES - {"migrate"}:
        health = services[name]["healthcheck"]
        assert health["test"][0] in ("CMD", "CMD-SHELL"), name
        assert seconds(health["timeout"]) < seconds(health["interval"]), name
    assert services["worker"]["healthcheck"]["test"] == ["CMD", "notes-pipeline", "doctor", "--worker"]


def test_a_worker_has_more_time_to_stop_than_it_takes(services: dict[str, dict[str, Any]]) -> None:
    worker = services["worker"]
    match = re.fullmatch(r"\$\{NOTES_STOP_GRACE_S:-(\d+)\}", worker["environment"]["NOTES_STOP_GRACE_S"])
    assert match is not None
    assert int(match[1]) >= Settings.model_fields["notes_call_timeout_s"].default
    assert seconds(worker["stop_grace_period"]) >= int(match[1]) + 2 * EXIT_MARGIN_S


def test_workers_can_be_many(services: dict[str, dict[str, Any]]) -> None:
    assert "container_name" not in services["worker"]
    assert "ports" not in services["worker"]
    assert services["worker"]["pids_limit"] > Settings.model_fields["notes_concurrency"].metadata[1].le


def test_no_service_may_more_than_it_must(compose: dict[str, Any], services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert {"cpus", "memory"} == set(service["deploy"]["resources"]["limits"]), name
        assert service["pids_limit"] > 0, name
    for name in OURS:
        assert "cap_add" not in services[name], name
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "broker"):
        assert services[name]["networks"] == ["inside"]
        assert "ports" not in services[name]
    assert all(port.startswith("127.0.0.1:") for port in services["api"]["ports"])


def test_the_broker_keeps_what_it_is_given(services: dict[str, dict[str, Any]]) -> None:
    command = services["broker"]["command"]
    given = dict(zip(command[1::2], command[2::2], strict=True))
    assert given["--maxmemory-policy"] == "noeviction"
    assert (given["--appendonly"], given["--appendfsync"]) == ("yes", "everysec")


def test_volumes_are_named_and_images_pinned(compose: dict[str, Any], services: dict[str, dict[str, Any]]) -> None:
    for name in ("postgres", "broker"):
        (volume,) = services[name]["volumes"]
        assert volume.partition(":")[0] in compose["volumes"], name
        assert re.search(r":\d+\.\d+[\w.-]*$", services[name]["image"]), name
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    for name in OURS:
        assert services[name]["image"] == f"notes-pipeline:${{NOTES_VERSION:-{version}}}", name
    bases = [rest for name, rest in instructions() if name == "ARG"]
    assert len(bases) == 1
    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.\d+\.\d+-slim-\w+", bases[0])


def test_the_image_runs_as_nobody_special_in_exec_form() -> None:
    found = dict(last_stage())
    uid = found["USER"].partition(":")[0]
    assert uid.isdigit()  # a number: so that Kubernetes can see that it is not root
    assert int(uid) > 0
    assert found["ENTRYPOINT"] == '["notes-pipeline"]'  # exec form: the process is told to stop, not a shell
    assert found["CMD"] == '["worker"]'
    assert '["notes-pipeline", "doctor", "--worker"]' in found["HEALTHCHECK"]
    assert any("PYTHONUNBUFFERED=1" in rest for name, rest in last_stage() if name == "ENV")


def test_the_last_stage_installs_and_compiles_nothing() -> None:
    said = " ".join(rest for name, rest in last_stage() if name in ("RUN", "COPY"))
    for word in ("pip ", "apt", "gcc", "build-essential", "/wheels", "/src"):
        assert word not in said
    assert [rest for name, rest in last_stage() if name == "COPY"] == ["--from=build /opt/notes /opt/notes"]


def sent_to_the_builder() -> list[str]:
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("!") for line in patterns if line.startswith("!")]


def test_a_wheel_made_of_what_the_image_gets_has_all_files_of_the_package_and_the_migrations(tmp_path: Path) -> None:
    """An installation from a wheel, unlike one in a checkout, has only what is packed: a file left out shows there."""
    source, wheels = tmp_path / "source", tmp_path / "wheels"
    source.mkdir()
    for name in sent_to_the_builder():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--wheel-dir", str(wheels), str(source)], check=True, timeout=100, capture_output=True)
    (wheel,) = wheels.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    ours = {str(path.relative_to(source)) for path in (source / "notes_pipeline").rglob("*") if path.is_file()}
    migrations = {
        str(path.relative_to(ROOT)) for path in MIGRATIONS.rglob("*") if path.is_file() and path.suffix != ".pyc"
    }
    data = {name.partition(".data/data/share/notes_pipeline/")[2] for name in packed if ".data/data/" in name}
    assert ours - packed == set()
    assert migrations - data == set()
    assert len(migrations) >= 6


def test_all_that_the_image_copies_is_sent_to_the_builder_and_nothing_else() -> None:
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in patterns if line and not line.startswith("#")]
    assert patterns[0] == "*"
    sent = set(sent_to_the_builder())
    copied = {
        source.removeprefix("./")
        for name, rest in instructions()
        if name == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    }
    assert sent == copied
    assert all((ROOT / name).exists() for name in sent)
    assert not sent & {".git", ".venv", ".run", ".env", "tests", "fixtures"}
