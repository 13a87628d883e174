"""What would be wrong with a page on paper."""

from playwright.sync_api import Page

FAULTS = """() => {
    const seen = (name) => [...document.querySelectorAll(name)].filter((one) => one.checkVisibility());
    const cut = seen('.scroll').filter((one) => {
        const { overflowX, overflowY } = getComputedStyle(one);
        return overflowX !== 'visible' || overflowY !== 'visible';
    });
    const faults = [
        ...seen('.skip, .bar, .foot, .tabs, .button, input[type=password]').map((one) => 'to click on: ' + one.outerHTML),
        ...cut.map((one) => 'cut: ' + one.outerHTML),
    ];
    const ink = getComputedStyle(document.body).color;
    if (ink !== 'rgb(20, 24, 29)') faults.push('not dark on white: ' + ink);
    for (const link of seen("main a[href^='http']")) {
        if (getComputedStyle(link, '::after').content === 'none') faults.push('leads nowhere: ' + link.outerHTML);
    }
    return faults.map((fault) => fault.slice(0, 120));
}"""


def on_paper(page: Page) -> list[str]:
    """Navigation, tables that are cut, light letters, and links without their address."""
    page.emulate_media(media="print")
    faults = page.evaluate(FAULTS)
    page.emulate_media(media="screen")
    return list(faults)
