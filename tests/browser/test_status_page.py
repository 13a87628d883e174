"""The status page in a real browser: no script, no other server, nothing that axe-core finds."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from hazardmap.accounts.models import User
from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session():
    client = Client()
    client.force_login(User.objects.create_superuser("boss@hazardmap.example", None))
    return {"name": "sessionid", "value": client.cookies["sessionid"].value}


@pytest.mark.parametrize(
    "look",
    [
        {"viewport": DESKTOP, "color_scheme": "light"},
        {"viewport": PHONE, "color_scheme": "dark"},
        {"viewport": DESKTOP, "java_script_enabled": False},
    ],
    ids=["desktop", "phone", "without scripts"],
)
def test_the_page_can_be_read_by_everybody(
    look, session, live_server, browser_beside_django, tmp_path
):
    with browser_beside_django.new_context(**look) as context:
        context.add_cookies([session | {"url": live_server.url}])
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{live_server.url}/admin/")
        page.get_by_role("link", name="Status of the site").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Status")
        expect(page.get_by_role("row", name="Database ok answers")).to_be_visible()
        expect(page.get_by_role("row", name="Schedule")).to_be_visible()
        page.screenshot(path=tmp_path / "status.png", full_page=True)
        assert [url for url in asked if not url.startswith(live_server.url)] == []
        if look.get("java_script_enabled", True):
            assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= look["viewport"]["width"]
