from celery import shared_task

from hazardmap.api.idempotency import forget_old_answers


@shared_task
def forget_answers() -> None:
    forget_old_answers()
