"""The committed OpenAPI document is the one of the code, and each of its examples works."""

import json
import re
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from hazardmap.api import samples
from hazardmap.api.answer_headers import COMPONENTS
from tests.answer_scene import one_of_each
from tests.capture_scene import gps_tags, picture

pytestmark = pytest.mark.django_db
COMMITTED = settings.REPOSITORY / "docs" / "openapi.json"
HELSINKI = (24.94, 60.17)
WRITE = "python manage.py spectacular --format openapi-json --file docs/openapi.json"


def operations():
    for path, methods in json.loads(COMMITTED.read_text())["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_committed_document_is_that_of_the_code():
    document = SchemaGenerator().get_schema(public=True)
    same = json.loads(json.dumps(document)) == json.loads(COMMITTED.read_text())
    assert same, f"the API has changed: {WRITE}"


def test_every_operation_has_code_in_three_languages():
    for path, _, operation in operations():
        told = {one["label"]: one["source"] for one in operation["x-codeSamples"]}
        assert set(told) == {"curl", "JavaScript", "Python"}
        address = re.sub(r"\{\w+\}", "[0-9a-f-]{36}", path)
        for source in told.values():
            assert re.search(f"https://map.example{address}", source)
        compile(told["Python"], path, "exec")


class Shim:
    """Sends what an example sends with httpx to the site in this process."""

    def __init__(self, client, ids):
        self.client, self.ids, self.answers = client, ids, []

    def __getattr__(self, method):
        def ask(url, headers=None, json=None, files=None):
            path = url.removeprefix(samples.SITE)
            for name, value in self.ids.items():
                path = path.replace(f"/{name}/{samples._ID}", f"/{name}/{value}")
            more = {}
            if json is not None:
                told = re.sub(samples._ID, str(self.ids["webhooks"]), as_text(json))
                told = told.replace("2026-11-01T00:00:00Z", timezone.now().isoformat())
                more = {"data": told, "content_type": "application/json"}
            elif files is not None:
                more = {"data": files}
            answer = getattr(self.client, method)(path, headers=headers, **more)
            self.answers.append(answer)
            text = b"" if answer.status_code == 204 else read(answer)
            return SimpleNamespace(raise_for_status=lambda: None, text=text)

        return ask


def as_text(body):
    return json.dumps(body)


def read(answer):
    return answer.getvalue() if answer.streaming else answer.content


@pytest.mark.usefixtures("no_limits")
def test_every_example_in_python_works(client, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / samples.FILE).write_bytes(picture(gps=gps_tags(*HELSINKI)))
    scene = one_of_each()
    # What is removed is asked for before.
    for path, _, operation in sorted(operations(), key=lambda one: one[1] == "delete"):
        id_ = operation["operationId"]
        source = operation["x-codeSamples"][2]["source"].replace("import httpx\n", "")
        shim = Shim(client, scene.ids)
        token = scene.device if "frames" in path else scene.key
        printed = []
        exec(source, {"httpx": shim, "key": token, "print": printed.append})  # noqa: S102 - ours
        (answer,) = shim.answers
        expected = {400} if id_ == "pairDevice" else {200, 201, 202, 204}  # its code is used up
        assert answer.status_code in expected, (id_, read(answer))
        assert str(answer.status_code) in operation["responses"], id_
        told = set(operation["responses"][str(answer.status_code)].get("headers", ()))
        sent = {name for name in COMPONENTS if name in answer.headers}
        assert sent == told - {"Idempotent-Replayed"}, id_
