"""The status page in a real browser: no script, no other server, nothing that axe-core finds."""

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from hazardmap.accounts.models import User
from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_admin_queue_keys import ARGUMENTS

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
def test_the_page_can_be_read_by_everybody(look, session, live_server, monkeypatch, tmp_path):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop is not Django's
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        context = browser.new_context(**look)
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
        browser.close()
        connections.close_all()  # that of the event loop's context; nobody else would
