"""The schedule and the queues: nothing that takes long may take the workers of the map."""

import shlex
from collections import Counter
from datetime import timedelta

from celery.schedules import crontab

from hazardmap.celery import app
from tests.stack import procfile

SERVED = {
    name: words[words.index("-Q") + 1].split(",")
    for name, words in ((name, shlex.split(line)) for name, line in procfile().items())
    if "-Q" in words
}
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=s) for s in (1, 60, 3600, 86_400))
# What is promised of each task, in README and docs, allows at most this between two runs.
AT_LEAST_EVERY = {
    # The map follows what is uploaded, decided and changed within seconds.
    "hazardmap.inference.tasks.detect_pending": 5 * SECOND,
    "hazardmap.hazards.tasks.fuse_pending": 5 * SECOND,
    "hazardmap.hazards.tasks.refresh_zones": 5 * SECOND,
    "hazardmap.hazards.tasks.stale_refuse": MINUTE,
    "hazardmap.hazards.tasks.expire_faded": MINUTE,
    "hazardmap.hazards.tasks.looks_decide": 10 * MINUTE,
    "hazardmap.hazards.tasks.mountings_learn": HOUR,
    "hazardmap.hazards.tasks.trust_snapshot": DAY,
    # Privacy: an original is gone after a day, a picture that was taken down or is old within
    # hours, a person who left within a quarter of an hour.
    "hazardmap.capture.tasks.sweep_originals": 15 * MINUTE,
    "hazardmap.capture.tasks.erase_pictures": HOUR,
    "hazardmap.capture.tasks.sweep_copies": HOUR,  # each hour of the day has folders of its own
    # A few seconds at a time: once a minute that is as many as any site takes in.
    "hazardmap.hazards.tasks.forget_pictures": MINUTE,
    "hazardmap.leaving.tasks.forget_people": 10 * MINUTE,
    "hazardmap.accounts.tasks.forget_ended": DAY,
    "hazardmap.accounts.tasks.forget_mail_files": HOUR,
    "hazardmap.api.tasks.forget_answers": DAY,
    "hazardmap.webhooks.tasks.forget_deliveries": DAY,
    # Money: caps stop within ten seconds, the rest as docs/billing.md says.
    "hazardmap.metering.tasks.ship_usage": 5 * SECOND,
    "hazardmap.billing.tasks.watch_spending": 5 * SECOND,
    "hazardmap.closing.tasks.tell_alerts": MINUTE,
    "hazardmap.closing.tasks.meter_watches": HOUR,
    "hazardmap.billing.tasks.push_payments": MINUTE,
    "hazardmap.billing.tasks.update_payers": HOUR,
    "hazardmap.billing.tasks.end_subscriptions": HOUR,
    "hazardmap.billing.tasks.compare_payments": DAY,
    "hazardmap.billing.tasks.draft_invoices": DAY,
    "hazardmap.closing.tasks.share_held": DAY,
    "hazardmap.closing.tasks.reconcile_month": DAY,
    "hazardmap.closing.tasks.forget_usage": DAY,
    # A site that runs on: partitions a month ahead, an archive that is never three days old.
    "hazardmap.platform.tasks.make_partitions": DAY,
    "tiles.tasks.export_tiles": DAY,
}


def queue_of(task: str) -> str:
    return str(app.amqp.router.route({}, task)["queue"].name)


def test_work_of_the_night_comes_one_after_the_other_and_takes_no_worker_of_the_map() -> None:
    entries = app.conf.beat_schedule.values()
    nightly = [one for one in entries if isinstance(one["schedule"], crontab)]
    hours = [min(one["schedule"].hour) for one in nightly]
    assert len(nightly) == 8
    assert Counter(hours).most_common(1)[0][1] == 1
    assert max(hours) < 8
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


def test_frames_that_stream_in_take_no_worker_of_what_is_no_work_of_the_map() -> None:
    (serving,) = [queues for queues in SERVED.values() if "default" in queues]
    assert serving == ["default"]


def test_everything_that_is_promised_is_in_the_schedule_and_comes_often_enough() -> None:
    entries = {one["task"]: one["schedule"] for one in app.conf.beat_schedule.values()}
    assert entries.keys() == AT_LEAST_EVERY.keys()
    assert len(entries) == len(app.conf.beat_schedule), "no task stands there twice"
    late = {
        task: schedule
        for task, schedule in entries.items()
        if (DAY if isinstance(schedule, crontab) else schedule) > AT_LEAST_EVERY[task]
    }
    assert late == {}
    for schedule in entries.values():  # a night's work comes each night
        if isinstance(schedule, crontab):
            assert len(schedule.day_of_week) == 7
            assert len(schedule.day_of_month) == 31
            assert len(schedule.month_of_year) == 12
            assert (len(schedule.hour), len(schedule.minute)) == (1, 1)
