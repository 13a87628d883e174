"""How soon somebody with a slow connection sees the list, and has all that draws the map."""

import statistics

from playwright.sync_api import Browser

from tests.bench.figures import Figure
from tests.browser.conftest import PHONE

BITS_PER_S, LATENCY_MS = 1_600_000, 150
ROUNDS = 3
_SEEN = """() => {
  const rows = document.querySelectorAll('#list .row').length;
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return rows > 0 && paint ? paint.startTime : 0;
}"""
_LOADED = """() => {
  const needed = performance.getEntriesByType('resource').filter(
    ({ name }) => /\\/static\\/|\\/tiles\\/v1\\//.test(name));
  return { loaded: Math.max(...needed.map((entry) => entry.responseEnd)),
           bytes: needed.reduce((sum, entry) => sum + entry.transferSize, 0),
           drawn: performance.now() };
}"""


def figures(browser: Browser, url: str) -> list[Figure]:
    """Medians over ROUNDS loads with nothing in the cache, on a phone's screen."""
    rounds = [_once(browser, url) for _ in range(ROUNDS)]
    painted_s, loaded_s, drawn_s, kb = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    how = f"{BITS_PER_S / 1e6} Mb/s, {LATENCY_MS} ms, empty cache, 390x844, median of {ROUNDS}"
    return [
        Figure(
            measure="list_paint_s",
            value=round(painted_s, 2),
            unit="s",
            note=f"first paint, which has header and list; {how}",
        ),
        Figure(
            measure="map_ready_s",
            value=round(loaded_s, 2),
            unit="s",
            note=f"the last script, style and tile of the first view ({kb:.0f} kB) is there; "
            f"{how}; drawn in software on a busy machine after {drawn_s:.1f} s",
        ),
    ]


def _once(browser: Browser, url: str) -> tuple[float, float, float, float]:
    context = browser.new_context(base_url=url, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BITS_PER_S / 8,
            "uploadThroughput": BITS_PER_S / 8,
        },
    )
    page.goto("/")
    page.wait_for_selector("body[data-ready='1']", timeout=120_000)
    painted_ms, loaded = page.evaluate(_SEEN), page.evaluate(_LOADED)
    assert painted_ms > 0, "the list was painted"
    context.close()
    return (
        painted_ms / 1000,
        loaded["loaded"] / 1000,
        loaded["drawn"] / 1000,
        loaded["bytes"] / 1000,
    )
