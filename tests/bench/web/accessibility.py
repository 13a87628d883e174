"""Violations of WCAG 2.2 A and AA by axe-core: `python -m tests.bench.web.accessibility`.

All public pages and the map, at desktop and phone size, light and dark.
"""

from playwright.sync_api import sync_playwright

from tests.bench.figures import put, put_section
from tests.bench.web.site import FIGURES, REPORT, site
from tests.browser.axe import violations
from tests.browser.conftest import ARGUMENTS, DESKTOP, PHONE, open_map
from tests.browser.public_pages import PUBLIC, Scene


def main() -> None:
    with site() as (url, scene), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        found = []
        looks = [(size, scheme) for size in (DESKTOP, PHONE) for scheme in ("light", "dark")]
        for viewport, scheme in looks:
            context = browser.new_context(base_url=url, viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
            page = context.new_page()
            for name, address in addresses(scene).items():
                (open_map if name == "map" else lambda page, at: page.goto(at))(page, address)
                found += [(name, *violation) for violation in violations(page)]
            context.close()
        browser.close()
    pages = len(addresses(scene))
    note = f"axe-core, WCAG 2.2 A and AA, {pages} pages, desktop and phone, light and dark"
    put(FIGURES, [{"measure": "axe_violations", "value": len(found), "unit": "", "note": note}])
    lines = "\n".join(f"- {name}: {rule}, `{html}`" for name, rule, html, _ in found)
    put_section(
        REPORT,
        "accessibility",
        f"## Accessibility\n\n**{len(found)}** violations ({note}). To reproduce: "
        f"`make bench-web`.\n\n{lines}",
    )


def addresses(scene: Scene) -> dict[str, str]:
    """Of everything that is seen without a login."""
    pages = {name: at(scene) for name, at in PUBLIC.items()}
    return {"map": f"/#map=15/{scene.place[1]}/{scene.place[0]}", **pages}


if __name__ == "__main__":
    main()
