"""What would be wrong with a page on paper."""

from playwright.sync_api import Page

FAULTS = """() => {
    const seen = (names) =>
        [...document.querySelectorAll(names)].filter((one) => one.checkVisibility());
    const clicked = '.skip, .bar, .foot, .tabs, .button, input[type=password]';
    const cut = seen('.scroll').filter((one) => {
        const { overflowX, overflowY } = getComputedStyle(one);
        return overflowX !== 'visible' || overflowY !== 'visible';
    });
    const faults = [
        ...seen(clicked).map((one) => 'to click on: ' + one.outerHTML),
        ...cut.map((one) => 'cut: ' + one.outerHTML),
    ];
    const ink = getComputedStyle(document.body).color;
    if (ink !== 'rgb(20, 24, 29)') faults.push('not dark on white: ' + ink);
    for (const link of seen("main a[href^='http']")) {
        const after = getComputedStyle(link, '::after').content;
        if (after === 'none') faults.push('leads nowhere: ' + link.outerHTML);
    }
    return faults.map((fault) => fault.slice(0, 120));
}"""


def on_paper(page: Page) -> list[str]:
    """Navigation, tables that are cut, light letters, and links without their address."""
    page.emulate_media(media="print")
    faults = page.evaluate(FAULTS)
    page.emulate_media(media="screen")
    return list(faults)
