"""Schemathesis asks the running site whatever its OpenAPI document allows, and what it does not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.api import fill
from tests.stack import Stack, started

SHORT_S, LONG_S = 30, 600
# Whether a box lies on the earth, or whether one area was given and not two, no schema can say:
# what is right by the schema may be refused. Everything else is checked.
NOT_CHECKED = "positive_data_acceptance"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A web server without workers: nothing but its answers is looked at."""
    with started(tmp_path_factory.mktemp("schemathesis"), only={"web"}) as stack:
        fill(stack, 1000)
        yield stack


def asked(site: Stack, folder: Path, seconds: int, *more: str) -> None:
    config = folder / "schemathesis.toml"
    key, device = site.accounts["api_key"], site.accounts["device_tokens"][0]
    lines = (
        f'{name} = {{ bearer = "{token}" }}'
        for name, token in (("apiKey", key), ("deviceToken", device))
    )
    config.write_text("\n".join(["[auth.openapi]", *lines, ""]))
    report = folder / "report.json"
    command = [Path(sys.executable).with_name("st"), "--config-file", config, "run"]
    command += ["--checks", "all", "--exclude-checks", NOT_CHECKED, "--max-time", str(seconds)]
    command += ["--report-json-path", report, "--no-color", "--warnings", "off", *more]
    done = subprocess.run(
        [*map(str, command), f"{site.url}/api/v1/openapi.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds * 3 + 120,
    )
    assert done.returncode == 0, f"{done.stdout[-12_000:]}{done.stderr[-2000:]}"
    assert json.loads(report.read_text()), "it has looked at something"


def test_no_answer_breaks_the_document(site: Stack, tmp_path: Path) -> None:
    """What is asked here is the same every time; `make soak` wanders from answer to answer, too."""
    asked(site, tmp_path, SHORT_S, "--seed", "1", "--phases", "examples,coverage")


@pytest.mark.soak
def test_no_answer_breaks_the_document_for_long(site: Stack, tmp_path: Path) -> None:
    asked(site, tmp_path, LONG_S)
