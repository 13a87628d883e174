"""Every text of the pages in every language, and what Django reads is what was translated."""

import re

import pytest

from deploy import catalogues

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|<[^>]+>")
LANGUAGES = catalogues.LANGUAGES


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


def pairs(language):
    """(English, translation), each form of a plural by itself."""
    for message in catalogues.translations(language):
        if not message.id:
            continue
        plural = isinstance(message.id, (list, tuple))
        english = message.id[-1] if plural else message.id
        for text in message.string if plural else [message.string]:
            yield english, text


def test_every_marked_text_is_translated(language):
    assert catalogues.missing(language) == []


def test_nothing_is_translated_that_is_said_nowhere(language):
    marked = {text if isinstance(text, str) else text[0] for text in catalogues.marked()}
    known = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogues.translations(language)
        if message.id
    }
    assert known - marked == set()


def test_translations_keep_what_is_filled_in_and_the_markup(language):
    for english, text in pairs(language):
        expected = sorted(PLACEHOLDER.findall(english))
        assert sorted(PLACEHOLDER.findall(text)) == expected, text


def test_the_compiled_catalogue_is_that_of_the_text(language):
    path = catalogues.LOCALE / language / "LC_MESSAGES" / "django.mo"
    assert path.read_bytes() == catalogues.compiled(catalogues.translations(language))
