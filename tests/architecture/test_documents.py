"""What the documents name is there: files, modules, commands, make targets; all of core in them."""

import re

from django.core.management import get_commands

from tests.conftest import REPOSITORY

DOCUMENTS = {
    path: path.read_text()
    for path in [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
}
HISTORY = REPOSITORY / "docs" / "benchmarks"
"""How figures came about, with names of the time."""
PACKAGES = [path.parent.name for path in (REPOSITORY / "hazardmap").glob("*/__init__.py")]
MODULE = re.compile(
    rf"(?<![\w./-])((?:hazardmap|tiles|detection|{'|'.join(PACKAGES)})(?:\.[a-z]\w*)+)(?![\w(/])"
)
SOURCE = re.compile(r"(?:\w+/)+\w+\.(?:py|ts|toml)")
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
COMMAND = re.compile(r"manage\.py (\w+)")
TARGET = re.compile(r"`make ([a-z-]+)[` ]")


def named(pattern: re.Pattern[str]) -> set[str]:
    return {name for text in DOCUMENTS.values() for name in pattern.findall(text)}


def test_links_lead_to_files():
    links = [(path, link) for path, text in DOCUMENTS.items() for link in LINK.findall(text)]
    assert len(links) > 20
    assert [link for path, link in links if not (path.parent / link).exists()] == []


def is_there(name: str) -> bool:
    """A module, or what one has in it; within `hazardmap` and `core` these are left out."""
    for outer in ("", "hazardmap.", "hazardmap.core."):
        parts = f"{outer}{name}".split(".")
        for count in range(len(parts), 0, -1):
            path = REPOSITORY.joinpath(*parts[:count])
            file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            if file.exists():
                inner = parts[count : count + 1]
                if all(re.search(rf"\b{one}\b", file.read_text()) for one in inner):
                    return True
                break
    return False


def test_modules_and_files_of_code_exist():
    template = (REPOSITORY / "deploy" / "nginx" / "nginx.conf.template").read_text()
    now = [text for path, text in DOCUMENTS.items() if HISTORY not in path.parents]
    quoted = [code for text in now for code in CODE.findall(text)]
    modules = {name for text in [template, *quoted] for name in MODULE.findall(text)}
    assert len(modules) > 50
    assert sorted(name for name in modules if not is_there(name)) == []
    files = {code for code in quoted if SOURCE.fullmatch(code)}
    assert len(files) > 10
    roots = [REPOSITORY, REPOSITORY / "hazardmap", REPOSITORY / "frontend" / "src"]
    found = {name for name in files if any((root / name).exists() for root in roots)}
    assert files - found == set()


def test_commands_and_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert named(COMMAND) - get_commands().keys() == set()
    assert named(TARGET) - targets == set()


def test_every_module_of_core_has_its_subject():
    text = DOCUMENTS[REPOSITORY / "docs" / "architecture.md"]
    rows = text.split("| package | subject | modules |")[1].split("\n\n")[0].splitlines()[2:]
    named, package = [], ""
    for row in rows:
        _, beside, _, modules, _ = row.split("|")
        package = beside.strip(" `") or package
        named += [f"{package}.{module}" for module in re.findall(r"`(\w+)`", modules)]
    core = REPOSITORY / "hazardmap" / "core"
    modules = [f"beside them.{path.stem}" for path in core.glob("[!_]*.py")]
    modules += [f"{path.parent.name}.{path.stem}" for path in core.glob("[!_]*/[!_]*")]
    assert sorted(named) == sorted(modules)
