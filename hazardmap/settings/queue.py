"""Celery: messages are hints that carry ids only; every piece of work is a row in PostgreSQL."""

from datetime import timedelta

from celery.schedules import crontab

from hazardmap.settings.env import ENV, Mode

CELERY_BROKER_URL = (
    ENV.redis_url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    if ENV.redis_url.startswith("unix://")
    else ENV.redis_url
)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A hint that finds no broker is given up after one more try: a request waits for it.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "max_retries": 1,
    "interval_start": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULER = "hazardmap.scheduler:Scheduler"
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "default"
# What may take hours has a process of its own, one at a time: the map must not wait for it.
_NIGHTLY = [
    ("make next month's partitions", "hazardmap.platform.tasks.make_partitions", 0, 17),
    ("find out whom to believe", "hazardmap.hazards.tasks.trust_snapshot", 1, 17),
    ("divide what was paid since", "hazardmap.closing.tasks.share_held", 2, 17),
    ("write the whole map into a file", "tiles.tasks.export_tiles", 3, 17),
    ("compare payments", "hazardmap.billing.tasks.compare_payments", 4, 17),
    ("compare what was served", "hazardmap.closing.tasks.reconcile_month", 5, 17),
    ("forget usage that is settled", "hazardmap.closing.tasks.forget_usage", 6, 17),
    ("draft last month's invoices", "hazardmap.billing.tasks.draft_invoices", 7, 17),
]
CELERY_TASK_ROUTES = {
    **{task: {"queue": "slow"} for _, task, _, _ in _NIGHTLY},
    "hazardmap.leaving.*": {"queue": "slow"},
    "hazardmap.demo.*": {"queue": "slow"},  # renders drives
    "hazardmap.inference.*": {"queue": "detect"},
    "hazardmap.hazards.*": {"queue": "fuse"},  # all else is no work of the map: "default"
}
_DEMO = [("keep the demo's map filled", "hazardmap.demo.tasks.keep_filled", 600.0)]
if ENV.mode is not Mode.DEMO:
    _DEMO = []
# A hint that was not taken within its period is worthless: the next one says the same.
CELERY_BEAT_SCHEDULE = {
    name: {
        "task": task,
        "schedule": timedelta(seconds=period_s),
        "options": {"expires": max(period_s, 1.0)},
    }
    for name, task, period_s in [
        ("detect what is waiting", "hazardmap.inference.tasks.detect_pending", 2.0),
        ("delete originals left behind", "hazardmap.capture.tasks.sweep_originals", 600.0),
        ("erase pictures taken down", "hazardmap.capture.tasks.erase_pictures", 3600.0),
        ("delete pictures whose time is over", "hazardmap.hazards.tasks.forget_pictures", 60.0),
        ("delete copies without a frame", "hazardmap.capture.tasks.sweep_copies", 3600.0),
        ("fuse what was detected", "hazardmap.hazards.tasks.fuse_pending", 1.0),
        ("expire what has faded", "hazardmap.hazards.tasks.expire_faded", 30.0),
        ("decide which looks are told", "hazardmap.hazards.tasks.looks_decide", 300.0),
        ("learn how cameras are mounted", "hazardmap.hazards.tasks.mountings_learn", 300.0),
        ("evaluate under a new version", "hazardmap.hazards.tasks.stale_refuse", 10.0),
        ("make work zones of what has changed", "hazardmap.hazards.tasks.refresh_zones", 2.0),
        ("load usage from the logs", "hazardmap.metering.tasks.ship_usage", 2.0),
        ("forget those who have left", "hazardmap.leaving.tasks.forget_people", 300.0),
        ("forget ended sessions and links", "hazardmap.accounts.tasks.forget_ended", 3600.0),
        ("forget mails in files", "hazardmap.accounts.tasks.forget_mail_files", 3600.0),
        ("compare spending with caps", "hazardmap.billing.tasks.watch_spending", 2.0),
        ("tell of caps by webhook", "hazardmap.closing.tasks.tell_alerts", 5.0),
        ("end plans of who has closed", "hazardmap.billing.tasks.end_subscriptions", 600.0),
        ("ask for payment", "hazardmap.billing.tasks.push_payments", 60.0),
        ("tell whom to ask for payment", "hazardmap.billing.tasks.update_payers", 3600.0),
        ("forget old answers of the API", "hazardmap.api.tasks.forget_answers", 3600.0),
        ("put watched hours into the usage log", "hazardmap.closing.tasks.meter_watches", 600.0),
        ("forget old messages", "hazardmap.webhooks.tasks.forget_deliveries", 3600.0),
        *_DEMO,
    ]
}
CELERY_BEAT_SCHEDULE |= {
    name: {
        "task": task,
        "schedule": crontab(hour=hour, minute=minute),  # UTC
        "options": {"expires": 86_400.0},
    }
    for name, task, hour, minute in _NIGHTLY
}
