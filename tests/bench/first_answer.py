"""From no account to the first answer about a place, as somebody new does it, counted and timed.

Run by `make bench-first-answer`: a real browser on the site that runs with nothing but its web
server, and a terminal. A step is one thing that a person does: open an address, fill in a field,
tick a box, press a button, follow a link, paste a command. Letters are typed at the speed of a
person, and each new page is looked at for some seconds, so that the minutes mean something.
Pictures of every page are kept in var/first_answer/.
"""

import argparse
import json
import re
import shlex
import subprocess
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.bench.figures import BENCHMARKS, Figure, put
from tests.browser.conftest import ARGUMENTS
from tests.browser.signing_up import PASSWORD, link_for
from tests.stack import REPOSITORY, Stack, started

PICTURES = REPOSITORY / "var" / "first_answer"
PLACE = (23.9310, 61.5078)
EMAIL = "nora@fleet.example"


class Newcomer:
    """Somebody at a browser. key_ms: to type a letter. look_s: to take in a new page."""

    def __init__(self, page: Page, key_ms: float, look_s: float) -> None:
        self.page, self._key_ms, self._look_s = page, key_ms, look_s
        self.steps: list[str] = []

    def opens(self, address: str, what: str = "") -> None:
        self.page.goto(address)
        self._did(f"opens {what or address}", new_page=True)

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()
        self._did(f"follows “{name}”", new_page=True)

    def fills(self, label: str, text: str) -> None:
        field = self.page.get_by_label(label, exact=label == "Name")
        field.press_sequentially(text, delay=self._key_ms)
        self._did(f"fills in “{label}”")

    def ticks(self, label: str) -> None:
        self.page.get_by_label(label).check()
        self._did(f"ticks “{label}”")

    def presses(self, name: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=name).click()
        self._did(f"presses “{name}”", new_page=True)

    def pastes(self, command: str) -> str:
        """Into a terminal; what it prints."""
        self._did("pastes the command into a terminal")
        done = subprocess.run(
            shlex.split(command.replace("\\\n", " ")), capture_output=True, text=True, check=True
        )
        return done.stdout

    def _did(self, what: str, *, new_page: bool = False) -> None:
        self.steps.append(what)
        if new_page:
            self.page.wait_for_load_state("load")
            self.page.screenshot(path=PICTURES / f"{len(self.steps):02}.png", full_page=True)
            time.sleep(self._look_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key-ms", type=float, default=200.0, help="to type a letter")
    parser.add_argument("--look-s", type=float, default=5.0, help="to take in a new page")
    parser.add_argument("--publish", action="store_true", help="write docs/benchmarks/api.json")
    options = parser.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder), only=["web"]) as stack,
        sync_playwright() as playwright,
    ):
        stack.run(_hazard())
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page(base_url=stack.url, viewport={"width": 1280, "height": 800})
        nora = Newcomer(page, options.key_ms, options.look_s)
        begin = time.monotonic()
        answer = json.loads(_first_answer(nora, stack))
        taken_s = time.monotonic() - begin
        browser.close()
    assert answer["features"], "the first answer tells of a hazard"
    (PICTURES / "answer.json").write_text(json.dumps(answer, indent=1))
    note = (
        f"{taken_s / 60:.1f} minutes at {options.key_ms:g} ms a letter and {options.look_s:g} s to "
        f"look at each new page, mail read at once; {len(answer['features'])} hazard answered"
    )
    print("\n".join(f"{number:2} {step}" for number, step in enumerate(nora.steps, 1)))
    print(f"first_answer_steps = {len(nora.steps)} ({note})")
    if options.publish:
        figure: Figure = {
            "measure": "first_answer_steps",
            "value": len(nora.steps),
            "unit": "1",
            "note": note,
        }
        put(BENCHMARKS / "api.json", [figure])


def _first_answer(nora: Newcomer, stack: Stack) -> str:
    """What the API said."""
    nora.opens("/api/")
    nora.follows("Get a key")
    nora.follows("Make an account")
    nora.fills("E-mail address", EMAIL)
    nora.presses("Send the link")
    nora.opens(link_for(stack, EMAIL), "the link in the mail")
    nora.fills("Your name", "Nora")
    nora.fills("Password", PASSWORD)
    nora.ticks("I agree to the")
    nora.presses("Make the account")
    nora.fills("Name of the organisation", "Nora's vans")
    nora.presses("Found it")
    nora.follows("Make a key")
    nora.fills("Name", "van")
    nora.presses("Make the key")
    command = nora.page.locator("#call").inner_text()
    return nora.pastes(re.sub(r"^curl ", "curl -sS ", command))


def _hazard() -> str:
    return (
        "from datetime import timedelta; from django.utils import timezone; "
        "from tests.moderation_scene import hazard_at; "
        f"hazard_at('cow', {PLACE}, timezone.now() - timedelta(minutes=3), 2)"
    )


if __name__ == "__main__":
    main()
