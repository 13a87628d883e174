"""The command by which a contributor checks a statement."""

import json
from pathlib import Path

import pytest

from hazardmap.core.selling.statement import main

LINE = {"reference": "split:1", "amount_micro": 5, "currency": "EUR"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        json.dumps({"witness": 7, "lines": [LINE], "balance_micro": {"EUR": 5}}),
        json.dumps({"witness": 7, "lines": 1, "balance_micro": {}}),
        json.dumps(
            {
                "witness": 7,
                "lines": [LINE | {"inputs": {"amount_micro": 5, "weights": [[7, "1/0"]]}}],
                "balance_micro": {"EUR": 5},
            }
        ),
    ],
)
def test_what_is_no_statement_is_told_in_a_sentence(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "statement.json"
    path.write_text(content)
    assert main(path) == 2
    assert capsys.readouterr() == ("", f"{path} is no statement, or a part of one.\n")


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(tmp_path) == 2
    assert capsys.readouterr().err == f"{tmp_path}: Is a directory.\n"


def test_what_is_wrong_is_told_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "statement.json"
    inputs = {"amount_micro": 5, "weights": [[7, "1"], [8, "1"]]}
    lines = [LINE | {"inputs": inputs}]
    path.write_text(json.dumps({"witness": 7, "lines": lines, "balance_micro": {"EUR": 5}}))
    assert main(path) == 1
    assert capsys.readouterr().out.startswith("split:1: 5 was booked, ")
