"""What no linter asks: work is called by name, and files can be read at one sitting."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.conftest import REPOSITORY

LONGEST = 360  # lines; hardly any needs 300
CODE = [
    path
    for package in ("hazardmap", "detection", "tiles", "deploy")
    for path in sorted((REPOSITORY / package).rglob("*.py"))
    if "migrations" not in path.parts
]
TESTS = sorted((REPOSITORY / "tests").rglob("*.py"))


def nodes(paths: Iterable[Path]) -> Iterator[tuple[Path, ast.AST]]:
    return ((path, node) for path in paths for node in ast.walk(ast.parse(path.read_text())))


def test_nothing_happens_behind_a_row_that_is_saved():
    signals = {"django.dispatch", "django.db.models.signals"}
    imported = {
        (path.name, node.module)
        for path, node in nodes(
            path for path in CODE if any(one in path.read_text() for one in signals)
        )
        if isinstance(node, ast.ImportFrom) and node.module in signals
    }
    methods = {
        (path.name, part.name)
        for path, node in nodes(path for path in CODE if path.name.endswith("models.py"))
        if isinstance(node, ast.ClassDef)
        for part in node.body
        if isinstance(part, ast.FunctionDef) and part.name in {"save", "delete", "clean"}
    }
    assert imported == set()
    assert methods == set()


def test_no_file_is_too_long_to_be_read_at_once():
    files = [*CODE, *TESTS]
    assert len(files) > 900
    assert [path.name for path in files if len(path.read_text().splitlines()) > LONGEST] == []


def test_what_tests_share_stands_beside_them():
    """A scene or a conftest: whoever reads a test need not open another."""
    shared = re.compile(r"^from tests\.[\w.]*\.test_\w+ import", re.MULTILINE)
    assert [path.name for path in TESTS if shared.search(path.read_text())] == []
