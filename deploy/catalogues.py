"""Catalogues of the site's words: `python -m deploy.catalogues` after a text was added or changed.

It reads every marked text of the code into `hazardmap/web/locale/*/LC_MESSAGES/django.po`, where a
person translates what is new, and writes the `.mo` beside it, which is what Django reads. Both are
committed: a fresh machine needs neither gettext nor this.
"""

import io
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from hazardmap.core.access.roles import Act, Role
from hazardmap.core.access.scopes import SCOPE_WORDS
from hazardmap.core.kinds import GROUP_LABELS, KINDS, SEVERITY_LABELS

ROOT: Final = Path(__file__).resolve().parents[1]
LOCALE: Final = ROOT / "hazardmap" / "web" / "locale"
LANGUAGES: Final = ("de", "es", "fi")
KEYWORDS: Final = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "Unfit": None,
}
SPOKEN: Final = ("accounts", "billing", "core", "rewards", "web", "webhooks")
"""Packages whose words people meet on pages and in mails; admin and API are in English."""
LEFT_OUT: Final = frozenset({"locale", "management", "migrations"})
DATED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Always the same: a date in a file that is kept under version control says nothing."""
SAID_IN_CORE: Final = {
    "kinds": [
        *(kind.label for kind in KINDS.values()),
        *GROUP_LABELS.values(),
        *SEVERITY_LABELS.values(),
    ],
    "access/roles": [*(role.value for role in Role), *(act.value for act in Act)],
    "access/scopes": list(SCOPE_WORDS.values()),
}
"""Core imports nothing of Django: its words are translated where they are shown."""
HEADER: Final = {
    "project": "hazardmap",
    "version": "1",
    "msgid_bugs_address": "",
    "last_translator": "hazardmap's contributors",
    "language_team": "hazardmap's contributors",
}
MessageId = str | tuple[str, str]


@cache
def marked() -> dict[MessageId, list[tuple[str, int]]]:
    """Every text that is marked for translation, and where it stands."""
    found: dict[MessageId, list[tuple[str, int]]] = {}
    paths = [path for name in SPOKEN for path in ROOT.glob(f"hazardmap/{name}/**/*")]
    for path in sorted(paths):
        if path.suffix in {".html", ".py", ".xml"} and not LEFT_OUT.intersection(path.parts):
            for text in _in_file(path):
                found.setdefault(text, []).append((str(path.relative_to(ROOT)), 0))
    for where, words in SAID_IN_CORE.items():
        for text in words:
            found.setdefault(text, []).append((f"hazardmap/core/{where}.py", 0))
    return found


def translations(language: str) -> Catalog:
    """What the committed catalogue says."""
    path = _po(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """As Django reads it."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def missing(language: str) -> list[MessageId]:
    """Marked texts without a translation, or with a doubtful one."""
    known = translations(language)
    return [text for text in marked() if not _translated(known, text)]


def update(language: str) -> None:
    """Take in what is marked, leave out what is no more, and compile."""
    known = translations(language)
    catalogue = Catalog(locale=language, fuzzy=False, **HEADER)
    catalogue.header_comment = "# hazardmap, AGPL-3.0-or-later"
    catalogue.creation_date = catalogue.revision_date = DATED
    for text, places in sorted(marked().items(), key=lambda item: str(item[0])):
        before = known.get(text if isinstance(text, str) else text[0])
        catalogue.add(text, before.string if before else None, locations=sorted(set(places)))
    path = _po(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, include_lineno=False, sort_output=True)
    path.with_suffix(".mo").write_bytes(compiled(translations(language)))


def _translated(known: Catalog, text: MessageId) -> bool:
    message = known.get(text if isinstance(text, str) else text[0])
    if message is None or message.fuzzy:
        return False
    strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return len(strings) > 0 and all(strings)


def _in_file(path: Path) -> Iterator[MessageId]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What is no text comes as X, line by line; its indentation means nothing.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    for _line, text, _comments, _context in extract(
        "python", io.BytesIO(source.encode()), keywords=KEYWORDS
    ):
        yield text if isinstance(text, str) else (text[0], text[1])


def _po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def main() -> int:
    ArgumentParser(prog="python -m deploy.catalogues", description=__doc__).parse_args()
    for language in LANGUAGES:
        update(language)
        for text in missing(language):
            sys.stderr.write(f"{language}: not translated: {text!r}\n")
    return 1 if any(missing(language) for language in LANGUAGES) else 0


if __name__ == "__main__":
    sys.exit(main())
