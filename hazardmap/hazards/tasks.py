from time import monotonic

from celery import shared_task

from hazardmap.hazards import services

# Where there is always something to do, as under steady traffic. The schedule wakes a worker again
# soon, and meanwhile the others of the queue have their turn.
LONGEST_S = 5.0


@shared_task
def fuse_pending() -> None:
    services.fuse_pending(longest_s=LONGEST_S)


@shared_task
def expire_faded() -> None:
    services.expire_faded()


@shared_task
def trust_snapshot() -> None:
    services.trust_snapshot()


@shared_task
def stale_refuse() -> None:
    """What a new version left to be evaluated, also by a command that was stopped.

    A few seconds at a time: new frames go first.
    """
    ends = monotonic() + LONGEST_S
    for _ in services.stale_refuse():
        if monotonic() > ends:
            return


@shared_task
def looks_decide() -> None:
    services.looks_decide()


@shared_task
def mountings_learn() -> None:
    services.mountings_learn()


@shared_task
def refresh_zones() -> None:
    services.zones_refresh()


@shared_task
def forget_pictures() -> None:
    services.old_pictures_forget(longest_s=LONGEST_S)
