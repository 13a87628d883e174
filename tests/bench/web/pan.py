"""How long our own code holds a frame while somebody pans over very many hazards."""

import json
from typing import Any

from playwright.sync_api import Browser, Page

from tests.bench.figures import Figure
from tests.bench.web.town import CENTRE
from tests.browser.conftest import DESKTOP
from tests.stack import Stack

HAZARDS = 50_000
ZOOM = 12.5
DRAGS, STEPS = 4, 25
_FILL = (
    "from hazardmap.hazards import models; "
    "from tests.map_scene import around, hazard_row, made_up, to_tiles; "
    "models.Hazard.objects.bulk_create(hazard_row(made_up(*place, 'cone', "
    "half_life_s=86400.0)) for place in around({centre}, 6500.0, {count})); to_tiles()"
)
_CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"]
_SCRIPTS = {"FunctionCall", "FireAnimationFrame", "TimerFire", "EvaluateScript", "EventDispatch"}
_FRAME = "FireAnimationFrame"  # the map is drawn in these


def figures(browser: Browser, stack: Stack) -> list[Figure]:
    """Of all frames the one in which scripts of the page took longest, in processor time."""
    stack.run(_FILL.format(centre=CENTRE, count=HAZARDS))
    page = browser.new_page(base_url=stack.url, viewport=DESKTOP)  # type: ignore[arg-type]
    page.goto(f"/#map={ZOOM}/{CENTRE[1]}/{CENTRE[0]}")
    page.wait_for_selector("body[data-ready='1']", timeout=240_000)
    page.wait_for_timeout(5000)
    browser.start_tracing(page=page, categories=_CATEGORIES)
    _pan(page)
    frames_ms = _frames_ms(json.loads(browser.stop_tracing())["traceEvents"])
    page.close()
    assert len(frames_ms) >= DRAGS, "the trace has frames"
    note = (
        f"{HAZARDS} hazards within 6.5 km at zoom {ZOOM}, of which tiles show 2,700 each; "
        f"processor time of scripts on the main thread, longest of {len(frames_ms)} frames"
    )
    value = round(max(frames_ms), 1)
    return [Figure(measure="pan_frame_max_ms", value=value, unit="ms", note=note)]


def _pan(page: Page) -> None:
    for drag in range(DRAGS):
        begin, end = (900, 300) if drag % 2 == 0 else (600, 300)
        page.mouse.move(begin, 400)
        page.mouse.down()
        page.mouse.move(begin + (end - begin) // 2, 300, steps=STEPS)
        page.mouse.move(end, 400, steps=STEPS)
        page.mouse.up()
        page.wait_for_timeout(500)


def _frames_ms(events: list[dict[str, Any]]) -> list[float]:
    """Milliseconds of scripts between the beginnings of two frames of the page's main thread."""
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    begins: dict[tuple[int, int], list[float]] = {thread: [] for thread in threads}
    for event in events:
        thread = (event["pid"], event["tid"])
        if thread in threads and event["name"] == _FRAME:
            begins[thread].append(event["ts"])
    thread = max(begins, key=lambda key: len(begins[key]))
    starts = sorted(begins[thread])
    sums = [0.0] * (len(starts) + 1)
    ended = 0.0
    for event in sorted(_scripts(events, thread), key=lambda event: event["ts"]):
        if event["ts"] < ended:
            continue  # within the one before
        ended = event["ts"] + event["dur"]
        frame = sum(start <= event["ts"] for start in starts)
        sums[frame] += event.get("tdur", event["dur"]) / 1000
    return sums[1:]


def _scripts(events: list[dict[str, Any]], thread: tuple[int, int]) -> list[dict[str, Any]]:
    return [
        event
        for event in events
        if (event["pid"], event["tid"]) == thread and event["name"] in _SCRIPTS and "dur" in event
    ]
