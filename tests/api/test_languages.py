"""In which language a page answers, and how a reader chooses another one."""

import re

import pytest
from django.conf import settings

from deploy.catalogues import LANGUAGES
from tests.map_scene import put_hazard

pytestmark = pytest.mark.django_db
HEADINGS = {
    "de": "Liste der Gefahren",
    "en": "List of road hazards",
    "es": "Lista de peligros",
    "fi": "Luettelo vaaroista",
}


def heading(answer):
    page = answer.content.decode()
    return re.search("<h1>(.*?)</h1>", page)[1], re.search('<html lang="(.*?)" dir="(.*?)">', page)


def test_there_are_four_languages():
    assert set(HEADINGS) == {code for code, _ in settings.LANGUAGES} == {"en", *LANGUAGES}


@pytest.mark.parametrize("language", HEADINGS)
def test_a_page_answers_in_the_language_of_the_browser(client, language):
    answer = client.get("/list/", headers={"Accept-Language": f"{language}-XX,{language};q=0.8"})
    words, html = heading(answer)
    assert words == HEADINGS[language]
    assert html.groups() == (language, "ltr")
    assert "Accept-Language" in answer["Vary"]


def test_an_unknown_language_gets_english(client):
    assert heading(client.get("/list/", headers={"Accept-Language": "tlh"}))[0] == HEADINGS["en"]


def test_the_menu_needs_no_script_and_is_remembered(client):
    page = client.get("/list/").content.decode()
    links = re.findall(r'<a href="\?lang=(\w+)" hreflang="\w+" lang="\w+"', page)
    assert sorted(links) == ["de", "es", "fi"]
    assert heading(client.get("/list/", {"lang": "fi"}))[0] == HEADINGS["fi"]
    english = {"Accept-Language": "en"}
    assert heading(client.get("/list/", headers=english))[0] == HEADINGS["fi"]
    assert heading(client.get("/list/", {"lang": "de"}, headers=english))[0] == HEADINGS["de"]
    assert heading(client.get("/list/", {"lang": "xx"}, headers=english))[0] == HEADINGS["de"]


def test_the_menu_keeps_what_is_looked_at(client):
    page = client.get("/list/", {"near": 'Åbo & "x"', "kind": ["cow", "dog"], "lang": "de"})
    links = re.findall(r'<a href="([^"]*)" hreflang="fi"', page.content.decode())
    kept = "?near=%C3%85bo+%26+%22x%22&amp;kind=cow&amp;kind=dog&amp;lang=fi"
    assert links == [kept]
    page = client.get("/login/", {"next": "/account/"}).content.decode()
    assert 'href="?next=%2Faccount%2F&amp;lang=es"' in page


def test_what_answers_a_form_has_no_menu_that_would_lose_it(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("driver@x.example", "a long password"))
    assert 'class="languages"' in client.get("/account/").content.decode()
    code = client.post("/account/pairing-code/", {"uploads": "on"})
    assert code.status_code == 200
    assert 'class="languages"' not in code.content.decode()


def test_search_engines_find_each_language(client):
    page = client.get("/list/", {"lang": "es"}).content.decode()
    assert '<link rel="canonical" href="http://testserver/list/?lang=es">' in page
    assert '<link rel="alternate" hreflang="fi" href="http://testserver/list/?lang=fi">' in page
    assert '<link rel="alternate" hreflang="x-default" href="http://testserver/list/">' in page


def test_kinds_and_words_come_in_the_language_also_for_scripts(client):
    id_ = put_hazard(1, 1, "cone")
    german = {"Accept-Language": "de"}
    page = client.get(f"/hazards/{id_}/", headers=german).content.decode()
    assert "<h1>Leitkegel</h1>" in page
    assert "von mehreren Fahrern bestätigt" in page
    facts = client.get(f"/map/hazards/{id_}.json", headers=german).json()["hazard"]
    assert (facts["label"], facts["severity_words"]) == ("Leitkegel", "langsamer fahren")


def test_what_machines_read_is_the_same_in_every_language(client):
    for path in ["/api/v1/openapi.json", "/tiles/v1/hazards.json", "/healthz"]:
        answers = [
            client.get(path, headers={"Accept-Language": code}) for code in ("en", "de", "fi")
        ]
        assert len({(answer.status_code, answer.content) for answer in answers}) == 1
        assert "Accept-Language" not in answers[0].get("Vary", "")
