"""Every command of the README does what it says."""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from PIL import ExifTags, Image

from detection.manifest import SHIPPED, Role, read_models
from hazardmap.core.learned.versions import SHIPPED as DEFAULTS
from hazardmap.core.learned.versions import version_json
from hazardmap.inference.detector import configured
from tests.capture_scene import gpx, picture
from tests.conftest import REPOSITORY
from tests.footage_scene import drive, film, gps5
from tests.made_up_models import metrics_of, model_files
from tests.stack import Stack

README = (REPOSITORY / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    command.split("  #")[0].strip()
    for block in BLOCKS
    for command in re.sub(r"\\\n\s*", "", block).splitlines()
    if command.strip()
]
MANAGE = re.compile(r'(?:HAZARDMAP_TOKEN=\S+ )?make manage ARGS="(.*)"')


def test_there_are_commands() -> None:
    assert len(COMMANDS) >= 6


@pytest.fixture(scope="module")
def pasted(stack: Stack) -> dict[str, str]:
    """What `make up` has for the shell of who goes on with the README."""
    summary = stack.manage("demo_summary")
    return dict(re.findall(r"^ *export (HAZARDMAP_\w+)=(\S+)$", summary, re.MULTILINE))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_works(
    command: str, stack: Stack, pasted: dict[str, str], tmp_path: Path
) -> None:
    for name in ("frame.jpg", "crop.jpg"):
        Image.new("RGB", (640, 360), (90, 90, 90)).save(tmp_path / name)
    if command.startswith("curl "):
        _ask(f"{command} --silent --fail-with-body", stack, pasted, tmp_path)
    elif command.startswith("GDAL_"):
        assert "Feature Count" in _ask(command, stack, pasted, tmp_path)
    elif match := MANAGE.fullmatch(command):
        _manage(match[1], stack, tmp_path)
    elif "hazardmap-upload" in command:
        _uploader(command, stack, tmp_path)
    elif command.startswith("pip "):
        _client(command, stack, pasted, tmp_path)
    elif command == ".venv/bin/python -m detection.evaluate --data PATH/data.yaml":
        _measure(tmp_path)
    else:
        # `make test` is what runs here, and `make up` is run whole by `make bench-up`.
        assert command in {"make up", "make test"}, f"no test knows how to run {command!r}"
        subprocess.run(["make", "-n", command.split()[1]], cwd=REPOSITORY, check=True)


def _measure(folder: Path) -> None:
    """The detector as it is shipped: both networks, at the thresholds of the road network's."""
    (folder / "data.yaml").write_text("val: .\nnames: [cone, deer]")
    call = [sys.executable, "-m", "detection.evaluate", "--data", "data.yaml"]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    subprocess.run(call, cwd=folder, env=environment, check=True)
    report = json.loads((folder / "var/evaluate/report/report.json").read_text())
    models, _ = read_models(SHIPPED)
    [road] = [model for model in models[Role.HAZARDS] if model.sha256 == report["sha256"]]
    assert report["thresholds"] == {kind: road.threshold_of(kind) for kind in road.classes}
    card = (folder / "var/evaluate/report/model-card.md").read_text()
    assert all(model.path.name in card for model in models[Role.HAZARDS])


def _ask(command: str, stack: Stack, pasted: dict[str, str], folder: Path) -> str:
    """What it prints."""
    command = command.replace("http://127.0.0.1:8000", stack.url)
    command = command.replace("ABCD2345", _pairing_code(stack) if "ABCD2345" in command else "")
    command = command.replace('"MODEL"', f'"{configured().label}"')
    command = command.replace("ENDPOINT", _endpoint(stack) if "ENDPOINT" in command else "")
    environment = {"PATH": os.environ["PATH"]} | pasted
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _client(command: str, stack: Stack, pasted: dict[str, str], folder: Path) -> None:
    """Installed from the site, as its page says too, whose program then asks it."""
    command = command.replace("http://127.0.0.1:8000", stack.url)
    page = unescape(httpx.get(f"{stack.url}/api/").text)
    assert command in page
    program = re.findall(r"<code>(import os\n.*?)</code>", page, re.DOTALL)[0]
    # What it is built with and needs is here: nothing is fetched but the client.
    options = ["--target", folder, "--no-deps", "--no-build-isolation", "--quiet"]
    install = [sys.executable, "-m", *shlex.split(command), *options]
    subprocess.run(install, check=True)
    environment = {"PYTHONPATH": str(folder)} | pasted
    subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment, check=True)


def _manage(arguments: str, stack: Stack, folder: Path) -> None:
    stack.environment["HAZARDMAP_TOKEN"] = stack.accounts["device_tokens"][1]
    name, *rest = arguments.split()
    if name == "upload" and rest[1:]:
        _upload_with_track(rest[1:], stack, folder)
        return
    if name == "upload" and "card" in rest[0]:
        _upload_card(stack, folder)
        return
    if name == "upload":
        exif = Image.open(folder / "frame.jpg").getexif()
        assert not exif, "a frame without a place is refused, with a reason"
        with pytest.raises(AssertionError, match="lon: missing: neither the metadata"):
            stack.manage("upload", str(folder))
        return
    if name.startswith("model_"):
        _model(name, rest, stack, folder)
        return
    if name == "fusion_learn":
        _learn(rest, stack)
        return
    assert name == "demo_drive"
    rest[rest.index("--out") + 1] = str(folder / "drive")
    # To draw a frame takes a while: six show as much as two drives of fifty.
    output = stack.manage(name, *rest, "--drives", "1", "--spacing", "50")
    assert "truth.json" in output
    assert list((folder / "drive" / "drive-1").glob("*.jpg"))


def _upload_with_track(options: list[str], stack: Stack, folder: Path) -> None:
    """A frame with the local time of its camera and nothing else, taken on the way of a track."""
    (folder / "crop.jpg").unlink()
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    local = f"{at + timedelta(hours=2):%Y:%m:%d %H:%M:%S}"
    detail = {ExifTags.Base.DateTimeOriginal: local}
    (folder / "frame.jpg").write_bytes(picture(detail=detail))
    track = folder / "track.gpx"
    track.write_text(gpx((24.94, 60.17, at - timedelta(seconds=5)), (24.95, 60.17, at)))
    options[options.index("--gpx") + 1] = str(track)
    output = stack.manage("upload", str(folder), *options)
    assert "1 accepted, 0 repeated, 0 refused, 0 failed" in output


def _upload_card(stack: Stack, folder: Path) -> None:
    """With a video of five minutes ago, besides which there is nothing on the card."""
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    samples = [gps5(second) for second in drive([10] * 4, at=at)]
    card = folder / "card"
    card.mkdir()
    film(card / "GX010001.MP4", seconds=4, samples=samples, street=1)
    output = stack.manage("upload", str(card))
    assert "4 accepted, 0 repeated, 0 refused, 0 failed" in output


def _uploader(command: str, stack: Stack, folder: Path) -> None:
    """Installed from the site, as the account page says too, where there is nothing else of it."""
    address = f"hazardmap-upload @ {stack.url}/source.tar.gz#subdirectory=hazardmap/uploader"
    place, card = folder / "there", folder / "card"
    options = ["--target", place, "--no-deps", "--no-build-isolation", "--quiet"]
    subprocess.run([sys.executable, "-m", "pip", "install", address, *options], check=True)
    card.mkdir()
    (folder / "frame.jpg").rename(card / "frame.jpg")
    environment = {"PATH": f"{place / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(place)}
    environment["HOME"] = str(folder)

    def said(words: str) -> str:
        words = words.replace("http://127.0.0.1:8000", stack.url).replace(
            "/path/to/card", str(card)
        )
        shell = ["/bin/sh", "-c", words]
        done = subprocess.run(
            shell, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        return " ".join(done.stdout.split())

    if not command.startswith("hazardmap-upload"):
        assert "a GoPro, a BlackVue" in said("hazardmap-upload --help")
        return
    command = command.replace("ABCD2345", _pairing_code(stack))
    assert "lon: missing: neither the metadata" in said(command)
    again = re.sub(r"--code \S+ ", "", command)
    assert "lon: missing: neither the metadata" in said(again), "the token was kept"


def _learn(options: list[str], stack: Stack) -> None:
    """Where the newest version believes in somebody of whom the map knows nothing."""
    believed = version_json(replace(DEFAULTS, trusts={7: 0.99}), DEFAULTS.table)
    stack.query(
        "INSERT INTO hazards_fusionversion (at, by, learned, values)"
        " VALUES (now(), 'a test', '[]', %s) RETURNING number",
        json.dumps(believed),
    )
    before = _versions(stack)
    output = stack.manage("fusion_learn", *options)
    assert "witness 7: 0.99 -> 0.75" in output
    written = not options
    assert ("published hazards" in output) == written
    assert _versions(stack) == before + written


def _versions(stack: Stack) -> int:
    return int(stack.query("SELECT count(*) FROM hazards_fusionversion")[0][0])


def _model(name: str, rest: list[str], stack: Stack, folder: Path) -> None:
    """With a candidate that is hardly any good: it is tried, and then refused."""
    path, label = model_files(folder / "candidate", "readme")
    figures = folder / "metrics.json"
    figures.write_text(json.dumps(metrics_of(label, cow=0.1)))
    ours = {
        "LABEL": label,
        "/path/to/manifest.toml": str(path),
        "/path/to/metrics.json": str(figures),
    }
    stack.manage("model_register", "--manifest", str(path), "--metrics", str(figures))
    command = [name, *(ours.get(word, word) for word in rest)]
    refusals = {"model_promote": "is not promoted", "model_compare": "has seen no frame"}
    if name in refusals:
        with pytest.raises(AssertionError, match=refusals[name]):
            stack.manage(*command)
        return
    output = stack.manage(*command)
    assert label in output
    if name == "model_shadow":
        stack.manage(name, label, "--off")


def _endpoint(stack: Stack) -> str:
    """What the README's command before has made."""
    found = httpx.get(f"{stack.url}/api/v1/webhooks", headers=stack.buyer()).json()["endpoints"]
    return str(found[-1]["id"])


def _pairing_code(stack: Stack) -> str:
    """What a contributor sees at /account/."""
    program = (
        "from hazardmap.accounts.models import User;"
        "from hazardmap.accounts.services import pairing_code_create as make;"
        "print(make(owner=User.objects.get(email='ben@demo.invalid')).code)"
    )
    return stack.run(program).split()[-1]
