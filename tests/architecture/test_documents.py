"""What the documents name is there: files, commands, make targets. All of core is named."""

import re

from django.core.management import get_commands

from tests.conftest import REPOSITORY

DOCUMENTS = {
    path: path.read_text()
    for path in [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
}
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
COMMAND = re.compile(r"manage\.py (\w+)")
TARGET = re.compile(r"`make ([a-z-]+)[` ]")


def named(pattern: re.Pattern[str]) -> set[str]:
    return {name for text in DOCUMENTS.values() for name in pattern.findall(text)}


def test_links_lead_to_files():
    links = [(path, link) for path, text in DOCUMENTS.items() for link in LINK.findall(text)]
    assert len(links) > 20
    assert [link for path, link in links if not (path.parent / link).exists()] == []


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
