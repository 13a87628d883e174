"""The import contracts name what they are to protect."""

import tomllib

import pytest

from tests.conftest import REPOSITORY

CONTRACTS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]
PROTECTED = {
    contract["allowed_importers"][0]: set(contract["protected_modules"])
    for contract in CONTRACTS["contracts"]
    if contract["type"] == "protected"
}


@pytest.mark.parametrize("app", PROTECTED)
def test_all_models_and_the_admin_of_an_app_are_protected(app: str):
    files = [
        path
        for pattern in ("*models.py", "admin.py")
        for path in (REPOSITORY / app.replace(".", "/")).glob(pattern)
    ]
    assert files
    assert {f"{app}.{path.stem}" for path in files} == PROTECTED[app]
