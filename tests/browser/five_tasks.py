"""What somebody new comes for, done as they would do it, with every click and key counted."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

Steps = dict[str, int]


@dataclass
class Person:
    """Clicks and presses keys on one page, and counts them. shots: where screenshots go."""

    page: Page
    shots: Path
    name: str
    steps: int = 0

    def click(self, what: Locator) -> None:
        what.click()
        self.steps += 1

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.steps += 1

    def done(self, task: str) -> int:
        """The steps since the last task."""
        self.page.screenshot(path=self.shots / f"{self.name}-{task}.png")
        steps, self.steps = self.steps, 0
        return steps


def by_pointer(person: Person) -> Steps:
    """On the map page: the nearest work zone, its age, a picture of it shared and reported."""
    page, found = person.page, {}
    panel = page.locator("#panel")
    person.click(page.get_by_role("button", name="Nearest work zone"))
    expect(panel.get_by_role("heading", name="Work zone")).to_be_focused()
    found["nearest work zone"] = person.done("nearest-work-zone")
    _age_is_in_sight(page)
    found["how old is it"] = person.done("how-old")
    person.click(panel.get_by_role("button", name="Share"))
    expect(page.get_by_role("dialog")).to_contain_text("The link is copied")
    found["share it"] = person.done("share")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    person.click(panel.locator(".row").first)
    person.click(panel.get_by_role("link", name="Report a problem"))
    person.click(page.get_by_label("The picture shows something else"))
    person.click(page.get_by_role("button", name="Send the report"))
    expect(page.get_by_role("heading", name="Your report")).to_be_visible()
    found["report a picture of it"] = person.done("report")
    return found


def by_keys(person: Person) -> Steps:
    """The same without a mouse."""
    page, found = person.page, {}
    panel = page.locator("#panel")
    person.press("w")
    expect(panel.get_by_role("heading", name="Work zone")).to_be_focused()
    found["nearest work zone"] = person.done("nearest-work-zone")
    _age_is_in_sight(page)
    found["how old is it"] = person.done("how-old")
    person.press("s")
    expect(page.get_by_role("dialog")).to_contain_text("The link is copied")
    found["share it"] = person.done("share")
    page.keyboard.press("Escape")
    expect(panel.get_by_role("heading", name="Work zone")).to_be_focused()
    person.press("Tab")
    expect(panel.locator(".row").first).to_be_focused()
    person.press("Enter")
    expect(panel.get_by_role("link", name="Report a problem")).to_be_visible()
    person.press("r")
    expect(page.get_by_role("radio").first).to_be_focused()
    person.press("Space")
    person.press("Enter")
    expect(page.get_by_role("heading", name="Your report")).to_be_visible()
    found["report a picture of it"] = person.done("report")
    return found


def _age_is_in_sight(page: Page) -> None:
    """Without scrolling."""
    fresh = page.locator("#panel .fresh")
    expect(fresh).to_contain_text("ago")
    expect(fresh).to_be_in_viewport(ratio=1)
