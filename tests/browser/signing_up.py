"""From no account to the portal, and until it shows what was used."""

import re
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.axe import violations
from tests.stack import Stack, wait_for

PASSWORD = "four random words here"


def link_for(stack: Stack, email: str) -> str:
    """The link of the newest mail to this address, from where the operator finds it."""

    def found() -> str | None:
        folder = Path(stack.environment["HAZARDMAP_VAR"]) / "mail"
        texts = [path.read_text() for path in sorted(folder.glob("*.log"), reverse=True)]
        pattern = r"http\S+/(?:signup|account/address)/\S+"
        links = [re.search(pattern, text) for text in texts if f"To: {email}" in text]
        return next((link[0] for link in links if link), None)

    return str(wait_for("a mail", found, timeout_s=10))


def signed_up(page: Page, stack: Stack, email: str) -> None:
    """By the link in the mail; no page on the way has a fault."""
    page.goto("/portal/")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the link").click()
    page.get_by_role("heading", name="Look into your mail").wait_for()
    assert violations(page) == []
    page.goto(link_for(stack, email))
    page.get_by_label("Your name").fill("Nora")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("I agree to the").check()
    assert violations(page) == []
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/portal/")


def shows_usage(page: Page, base: str) -> int:
    page.goto(base)
    return page.get_by_text("hazards returned").count()
