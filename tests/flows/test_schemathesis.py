"""Schemathesis asks the running site whatever its OpenAPI document allows, and what it does not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import pytest

from tests.bench.api import fill
from tests.bench.figures import BENCHMARKS, Figure, put
from tests.stack import started

SHORT_S, LONG_S = 60, 600
# Whether a box lies on the earth, or whether one area was given and not two, no schema can say:
# what is right by the schema may be refused. Everything else is checked.
NOT_CHECKED = "positive_data_acceptance"
# How what breaks the document is refused: any way the document names, among them an address that
# is too long to be looked at.
REFUSED = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 429]
PUT: Final = (
    "import dataclasses, json; from tests.answer_scene import one_of_each; "
    "print(json.dumps(dataclasses.asdict(one_of_each())))"
)


class Site(NamedTuple):
    """document: its OpenAPI document, a file. key, device: tokens of those who ask."""

    url: str
    document: Path
    key: str
    device: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A web server without workers: nothing but its answers is looked at."""
    folder = tmp_path_factory.mktemp("schemathesis")
    with started(folder, only={"web"}) as stack:
        fill(stack, 1000)
        there_is = json.loads(stack.run(PUT))
        document = folder / "openapi.json"
        answer = httpx.get(f"{stack.url}/api/v1/openapi.json")
        document.write_text(json.dumps(with_ids(answer.json(), there_is["ids"])))
        yield Site(stack.url, document, there_is["key"], there_is["device"])


def with_ids(document: dict[str, Any], ids: dict[str, str]) -> dict[str, Any]:
    """The document with ids that there are: else all that has one is answered by 404. Only what
    removes still has any id, for the others need what it would remove.

    One operation keeps the Idempotency-Key. Of all others its example would be sent again and
    again, and a body after the first be refused for it, unread.
    """
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", [])
            if operation["operationId"] != "addEndpoint":
                parameters = [one for one in parameters if one["name"] != "Idempotency-Key"]
                operation["parameters"] = parameters
            for parameter in parameters:
                if parameter["in"] == "path" and method != "delete":
                    id_ = parameter["example"] = ids[path.split("/")[3]]
                    parameter["schema"]["enum"] = [id_]
    watched = document["paths"]["/api/v1/watch-areas"]["post"]["requestBody"]["content"]
    watched["application/json"]["example"]["endpoint_id"] = ids["webhooks"]
    return document


class Asked(NamedTuple):
    """failures: different ones, and questions that could not be asked. said: by the program."""

    cases: int
    failures: int
    said: str


def asked(site: Site, folder: Path, seconds: int, *more: str) -> Asked:
    config = folder / "schemathesis.toml"
    lines = (
        f'{name} = {{ bearer = "{token}" }}'
        for name, token in (("apiKey", site.key), ("deviceToken", site.device))
    )
    checks = f"[checks.negative_data_rejection]\nexpected-statuses = {list(map(str, REFUSED))}"
    config.write_text("\n".join(["[auth.openapi]", *lines, checks, ""]))
    report = folder / "report.json"
    command = [Path(sys.executable).with_name("st"), "--config-file", config, "run"]
    command += ["--checks", "all", "--exclude-checks", NOT_CHECKED, "--max-time", str(seconds)]
    command += ["--report-json-path", report, "--no-color", "--warnings", "off", *more]
    done = subprocess.run(
        [*map(str, command), "--url", site.url, str(site.document)],
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


def test_no_answer_breaks_the_document(site: Site, tmp_path: Path) -> None:
    """What is asked here is the same every time; `make soak` wanders from answer to answer, too.

    It also removes, which here would take away what the others ask for.
    """
    same = ("--seed", "1", "--phases", "examples,coverage", "--exclude-method", "DELETE")
    short = asked(site, tmp_path, SHORT_S, *same)
    assert short.cases > 0
    assert short.failures == 0, short.said


@pytest.mark.soak
def test_no_answer_breaks_the_document_for_long(site: Site, tmp_path: Path) -> None:
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
