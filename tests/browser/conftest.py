"""A real browser on the real site, and what the browser tests look at."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from redis import Redis

from tests.browser.driving import HOME, pair, position
from tests.stack import Stack

ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",  # only maps need the software that plays a graphics card
    "--disable-features=LocalNetworkAccessChecks",  # a frame shows what is served on this machine
    "--use-fake-device-for-media-stream=fps=5",  # the fewest that there can be
    "--use-fake-ui-for-media-stream",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SPOKEN = """
window.said = [];
speechSynthesis.speak = (utterance) => window.said.push(utterance.text);
"""
DRAWN_MS = 60_000  # a map is drawn in software here, beside other work


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for this folder: Playwright's event loop must be over before others use Django."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        expect.set_options(timeout=20_000)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser_beside_django(browser: Browser) -> Iterator[Browser]:
    """For tests that use Django themselves, which would mistake Playwright's loop for its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser
        connections.close_all()  # those of the loop's context; nobody else would


@pytest.fixture
def new_context(browser: Browser, stack: Stack) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts on the site and closes them."""
    contexts = []

    def make(**options: object) -> BrowserContext:
        settings = {"base_url": stack.url, "viewport": DESKTOP, **options}
        contexts.append(browser.new_context(**settings))  # type: ignore[arg-type]
        return contexts[-1]

    yield make
    for context in contexts:
        for one in (context, *context.pages):  # what is still being answered concerns no other test
            one.unroute_all(behavior="ignoreErrors")
        context.close()


@pytest.fixture
def new_page(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Makes pages; whatever a script or the page's policy complains of fails the test."""
    complaints: list[str] = []

    def make(**options: object) -> Page:
        page = new_context(**options).new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text) if "Content Security Policy" in line.text else None
            ),
        )
        return page

    yield make
    assert complaints == []


@pytest.fixture(scope="module")
def place_hazard(stack: Stack) -> Callable[..., UUID]:
    """Puts a hazard on the site's map, reported by so many new contributors a minute ago."""

    def place(kind: str, lon: float, lat: float, witnesses: int = 2) -> UUID:
        at = datetime.now(UTC).timestamp() - 60 * (witnesses + 1)
        code = (
            "from datetime import UTC, datetime; from tests.moderation_scene import hazard_at; "
            f"at = datetime.fromtimestamp({at}, UTC); "
            f"print(hazard_at({kind!r}, ({lon}, {lat}), at, {witnesses}))"
        )
        return UUID(stack.run(code).split()[-1])

    return place


@pytest.fixture
def new_code(stack: Stack) -> Callable[[], str]:
    """Makes pairing codes of the first demo contributor."""
    email = stack.accounts["logins"][0]["email"]
    script = (
        "from hazardmap.accounts.models import User; "
        "from hazardmap.accounts.services import pairing_code_create; "
        f"print(pairing_code_create(owner=User.objects.get(email={email!r})).code)"
    )
    tries = Redis.from_url(stack.environment["REDIS_URL"])

    def made() -> str:
        # All phones of these tests share an address, which may try ten codes in five minutes.
        for key in tries.scan_iter("*bucket:pair:*"):
            tries.delete(key)
        return stack.run(script).split()[-1]

    return made


@pytest.fixture
def phone(new_page: Callable[..., Page], new_code: Callable[[], str]) -> Page:
    """A phone that has been paired, a little before START."""
    page = new_page(
        viewport=PHONE,
        permissions=["geolocation", "camera"],
        geolocation=position(HOME),
    )
    page.add_init_script(SPOKEN)
    page.goto("/drive/")
    pair(page, new_code())
    return page


def open_map(page: Page, address: str) -> None:
    """Open a map page and wait until it is drawn."""
    page.goto(address)
    page.wait_for_selector("body[data-ready='1']", timeout=DRAWN_MS)


def enlarge(page: Page) -> None:
    """Letters twice as large, by the browser's own setting: it holds for what is opened next."""
    sizes = {"standard": 32, "fixed": 26}
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": sizes})


def too_wide_px(page: Page) -> int:
    """How far a page can be scrolled sideways."""
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))
