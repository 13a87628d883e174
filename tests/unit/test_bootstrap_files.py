"""The files that the bootstrap reads agree with each other."""

import re
import subprocess
import tomllib
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]


def _procfile() -> dict[str, str]:
    lines = (REPOSITORY / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def test_compose_runs_the_processes_of_the_procfile() -> None:
    compose = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())
    services = compose["services"]
    assert services.keys() - {"database", "redis", "migrate", "nginx"} == _procfile().keys()
    assert all(services[name]["command"][-1] == name for name in _procfile())


def test_one_container_builds_the_image_of_all() -> None:
    services = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())["services"]
    [builder] = [name for name, service in services.items() if "build" in service]
    ours = services.keys() - {"database", "redis"}
    assert {services[name]["image"] for name in ours} == {services[builder]["image"]}
    assert all("migrate" in services[name]["depends_on"] for name in _procfile())
    assert builder == "migrate"


def test_no_container_keeps_its_log_for_ever() -> None:
    services = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())["services"]
    for name, service in services.items():
        options = service["logging"]["options"]
        megabytes = int(options["max-size"].removesuffix("m")) * int(options["max-file"])
        assert megabytes <= 100, name


def test_no_container_has_rights_that_it_does_not_need() -> None:
    services = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())["services"]
    for name, service in services.items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
    # It begins as root, gives its volume to its own user, and goes on as that one.
    assert {name for name, one in services.items() if one.get("cap_drop") != ["ALL"]} == {
        "database"
    }


def test_beat_makes_the_folder_of_its_schedule(tmp_path: Path) -> None:
    """The celery here only looks whether its folder is there."""
    celery = tmp_path / "celery"
    celery.write_text('#!/bin/sh\nwhile [ "$1" != --schedule ]; do shift; done\ntouch "$2"\n')
    celery.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HAZARDMAP_VAR": str(tmp_path / "var")}
    for _ in "ab":
        subprocess.run(["/bin/sh", "-c", _procfile()["beat"]], env=environment, check=True)
    assert (tmp_path / "var" / "celery" / "schedule").exists()


def test_compose_passes_every_setting_on() -> None:
    """What the image decides is not asked for; everything else comes from deploy/.env."""
    compose = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())
    passed = compose["x-app"]["environment"]
    known = set(re.findall(r"[A-Z_]{8,}", (REPOSITORY / "hazardmap/settings/env.py").read_text()))
    read = {name for name in known if name.startswith("HAZARDMAP_")} | {"BASEMAP_STYLE_URL"}
    of_the_image = set(re.findall(r"(HAZARDMAP_[A-Z]+)=", _text("deploy/Containerfile")))
    not_there = {"HAZARDMAP_LIVE_PORT", "HAZARDMAP_SHARED", "HAZARDMAP_OUTBOUND_EXCEPTIONS"}
    assert read - of_the_image - not_there == passed.keys() - {"DATABASE_URL", "REDIS_URL"}
    asked = re.findall(r"^([A-Z_]+)=", _text("deploy/example.env"), flags=re.MULTILINE)
    assert set(re.findall(r"\$\{([A-Z_]+)", _text("deploy/compose.yaml"))) == set(asked)


def _text(path: str) -> str:
    return (REPOSITORY / path).read_text()


def test_assets_go_to_var_and_name_their_licence() -> None:
    path = REPOSITORY / "deploy" / "assets.toml"
    for file in tomllib.loads(path.read_text())["file"]:
        target = (path.parent / file["path"]).resolve()
        assert target.parent == REPOSITORY / "var" / "assets"
        assert file["licence"]


def test_every_requirement_is_pinned_once() -> None:
    pins: list[str] = []
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        for line in (REPOSITORY / name).read_text().splitlines():
            text = line.split("#")[0].strip()
            if text and not text.startswith("-r"):
                assert re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+", text), f"{name}: {text}"
                pins.append(re.sub(r"[-_.]+", "-", re.split(r"[\[=]", text)[0]).lower())
    assert len(pins) == len(set(pins))


def test_the_bootstrap_needs_the_standard_library_only() -> None:
    script = "import deploy.bootstrap.up, deploy.bootstrap.testing, deploy.bootstrap.benchmark"
    isolated = ["/usr/bin/python3", "-S", "-c", script]
    subprocess.run(isolated, cwd=REPOSITORY, check=True, capture_output=True)


def test_make_help_names_every_target() -> None:
    told = subprocess.check_output(
        ["make", "--no-print-directory", "help"], cwd=REPOSITORY, text=True
    )
    makefile = (REPOSITORY / "Makefile").read_text()
    targets = re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE)
    assert [line.split()[0] for line in told.splitlines()] == targets


def test_members_of_source_packages_are_named_without_their_top_folder() -> None:
    """The fetcher takes that folder off; a member with it would never be found."""
    files = tomllib.loads((REPOSITORY / "deploy" / "real_frames.toml").read_text())["file"]
    assert len(files) == 5
    for file in files:
        assert file["sdist"] is True
        assert not file["member"].startswith(f"{file['package']}-")
