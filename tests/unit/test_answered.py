"""The statuses of a buyer's requests have words, in each language of the site."""

import json

import pytest
from django.conf import settings
from django.utils import translation

from hazardmap.web.portal.answered import answered

# Whose request it was is not known then, or nobody has looked, or it only says where to ask: these
# are counted for no key.
NOT_COUNTED = {307, 401, 414}


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_every_status_that_the_api_documents_has_words(language):
    paths = json.loads((settings.REPOSITORY / "docs" / "openapi.json").read_text())["paths"]
    documented = {
        int(status)
        for methods in paths.values()
        for operation in methods.values()
        for status in operation["responses"]
    }
    with translation.override("en"):
        english = {one.status: one.words for one in answered(dict.fromkeys(documented, 1))}
    with translation.override(language):
        shown = {one.status: one.words for one in answered(dict.fromkeys(documented, 1))}
    same = {status for status, words in shown.items() if words == english[status]}
    assert all(shown.values())
    assert same - NOT_COUNTED == (documented - NOT_COUNTED if language == "en" else set())
