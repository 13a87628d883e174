"""The schedule and the queues: nothing that takes long may take the workers of the map."""

import shlex
from collections import Counter

from celery.schedules import crontab

from hazardmap.celery import app
from tests.stack import procfile

SERVED = {
    name: words[words.index("-Q") + 1].split(",")
    for name, words in ((name, shlex.split(line)) for name, line in procfile().items())
    if "-Q" in words
}


def queue_of(task: str) -> str:
    return str(app.amqp.router.route({}, task)["queue"].name)


def test_work_of_the_night_comes_one_after_the_other_and_takes_no_worker_of_the_map() -> None:
    entries = app.conf.beat_schedule.values()
    nightly = [one for one in entries if isinstance(one["schedule"], crontab)]
    hours = [min(one["schedule"].hour) for one in nightly]
    assert len(nightly) == 6
    assert Counter(hours).most_common(1)[0][1] == 1
    assert max(hours) < 6
    assert {queue_of(one["task"]) for one in nightly} == {"slow"}
    rest = [one for one in entries if one not in nightly]
    assert all(one["schedule"].total_seconds() <= 3600 for one in rest)
    assert queue_of("hazardmap.leaving.tasks.forget_people") == "slow"
    assert queue_of("hazardmap.hazards.tasks.fuse_pending") == "fuse"
    assert queue_of("hazardmap.metering.tasks.ship_usage") == "default"


def test_each_queue_is_served_by_one_process_and_each_task_of_the_schedule_is_known() -> None:
    app.loader.import_default_modules()
    tasks = [one["task"] for one in app.conf.beat_schedule.values()]
    assert set(tasks) <= app.tasks.keys()
    queues = [queue for served in SERVED.values() for queue in served]
    assert sorted(queues) == sorted({queue_of(task) for task in tasks})
