"""What every refusal of the API looks like."""

from typing import Any


def assert_problem(answer: Any, code: int, field: str = "", rule: str = "") -> None:
    assert answer.status_code == code, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == code
    assert body["title"]
    if field:
        errors = [(error["pointer"], error["detail"]) for error in body["errors"]]
        assert [text for name, text in errors if name == field and rule in text], errors
        assert f"{field}: " in body["detail"]
