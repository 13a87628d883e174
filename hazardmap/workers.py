"""Where gunicorn listens, and what its workers do before their first answers: its --config."""

from contextlib import suppress
from threading import Barrier
from typing import Any

from hazardmap.settings.env import ENV

ALL_BEGIN_WITHIN_S = 10.0
ANSWERS_WITHIN_S = 10.0

bind = ENV.web_address


def post_worker_init(worker: Any) -> None:
    """Every thread connects, and its server at PostgreSQL loads PostGIS.

    Else those who come first wait for it, one by one.
    """
    threads = worker.cfg.threads
    all_begun = Barrier(threads)
    for _ in range(threads):
        worker.tpool.submit(_get_ready, all_begun)


def _get_ready(all_begun: Barrier) -> None:
    """Ask what buyers ask; in each thread once, since none ends before all have begun."""
    # gunicorn reads this file before Django is set up.
    from django.db import DatabaseError  # noqa: PLC0415 - see above
    from django.utils import timezone  # noqa: PLC0415 - see above

    from hazardmap.core.answers.wanted import Wanted  # noqa: PLC0415 - see above
    from hazardmap.hazards import change_feed, search  # noqa: PLC0415 - see above
    from hazardmap.platform.silence import hanging_up_after  # noqa: PLC0415 - see above

    all_begun.wait(ALL_BEGIN_WITHIN_S)
    # Without a database those who ask are told so; no thread waits for one for ever.
    with suppress(DatabaseError), hanging_up_after(ANSWERS_WITHIN_S):
        change_feed.changed_at()
        search.page((0.0, 0.0, 0.0, 0.0), Wanted(timezone.now()), after=None, limit=1)
