"""What axe-core has to say about a page, against WCAG 2.2 A and AA."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
# Text that is still fading in has less contrast than it will have: what moves is let arrive first.
AT_REST = "Promise.allSettled(document.getAnimations().map((one) => one.finished))"
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"],
    # No failure of WCAG, but two parts of one name are not told apart in a list of landmarks.
    "rules": {"landmark-unique": {"enabled": True}},
    # What is right it need not describe, element by element: that takes most of its time.
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[tuple[str, str, str]]:
    """Rule, element and failure of each, short enough to read in a failing test."""
    page.evaluate(AXE.read_text())
    page.evaluate(AT_REST)
    found = page.evaluate("async options => (await axe.run(options)).violations", OPTIONS)
    return [
        (rule["id"], node["html"][:120], node["failureSummary"][:200])
        for rule in found
        for node in rule["nodes"]
    ]
