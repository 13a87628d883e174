"""The site with some hazards on it, for the figures of its pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from tests.bench.figures import BENCHMARKS
from tests.browser.public_pages import Scene, scene_of
from tests.stack import started

PLACE = (23.9010, 61.4978)
FIGURES = BENCHMARKS / "web.json"
REPORT = BENCHMARKS / "web.md"
PROCESSES = ("web", "publish", "live", "fuse")


@contextmanager
def site() -> Iterator[tuple[str, Scene]]:
    """Its address and what its pages are about, for as long as the `with` block."""
    # The detector is left out: beside a browser it takes more memory than small machines have.
    with TemporaryDirectory() as folder, started(Path(folder), only=PROCESSES) as stack:
        at = datetime.now(UTC).timestamp() - 180
        code = (
            "from datetime import UTC, datetime; from tests.moderation_scene import hazard_at; "
            f"print(hazard_at('cow', {PLACE}, datetime.fromtimestamp({at}, UTC)))"
        )
        hazard = UUID(stack.run(code).split()[-1])
        yield stack.url, scene_of(stack, hazard, PLACE)
