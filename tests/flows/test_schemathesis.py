"""Schemathesis asks the running site whatever its OpenAPI document allows, and what it does not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.bench.api import fill
from tests.bench.figures import BENCHMARKS, Figure, put
from tests.stack import Stack, started

SHORT_S, LONG_S = 60, 600
# Whether a box lies on the earth, or whether one area was given and not two, no schema can say:
# what is right by the schema may be refused. Everything else is checked.
NOT_CHECKED = "positive_data_acceptance"
# How what breaks the document is refused: any way the document names, among them an address that
# is too long to be looked at.
REFUSED = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 429]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A web server without workers: nothing but its answers is looked at."""
    with started(tmp_path_factory.mktemp("schemathesis"), only={"web"}) as stack:
        fill(stack, 1000)
        yield stack


class Asked(NamedTuple):
    """failures: different ones, and questions that could not be asked. said: by the program."""

    cases: int
    failures: int
    said: str


def asked(site: Stack, folder: Path, seconds: int, *more: str) -> Asked:
    config = folder / "schemathesis.toml"
    key, device = site.accounts["api_key"], site.accounts["device_tokens"][0]
    lines = (
        f'{name} = {{ bearer = "{token}" }}'
        for name, token in (("apiKey", key), ("deviceToken", device))
    )
    checks = f"[checks.negative_data_rejection]\nexpected-statuses = {list(map(str, REFUSED))}"
    config.write_text("\n".join(["[auth.openapi]", *lines, checks, ""]))
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
    said = f"{done.stdout[-12_000:]}{done.stderr[-2000:]}"
    assert report.exists(), said
    cases = json.loads(report.read_text())["test_cases"]
    failures = cases["unique_failures"] + cases["errored"]
    assert (done.returncode == 0) == (failures == 0), said
    return Asked(cases["generated"], failures, said)


def test_no_answer_breaks_the_document(site: Stack, tmp_path: Path) -> None:
    """What is asked here is the same every time; `make soak` wanders from answer to answer, too."""
    short = asked(site, tmp_path, SHORT_S, "--seed", "1", "--phases", "examples,coverage")
    assert short.cases > 0
    assert short.failures == 0, short.said


@pytest.mark.soak
def test_no_answer_breaks_the_document_for_long(site: Stack, tmp_path: Path) -> None:
    """It publishes what it finds, good or bad, before it fails."""
    long = asked(site, tmp_path, LONG_S)
    note = (
        f"{LONG_S // 60} minutes, {long.cases} requests; all phases, all checks but {NOT_CHECKED}"
    )
    figure: Figure = {
        "measure": "schemathesis_failures",
        "value": long.failures,
        "unit": "1",
        "note": note,
    }
    put(BENCHMARKS / "api.json", [figure])
    assert long.cases > 0
    assert long.failures == 0, long.said
