from celery import shared_task

from hazardmap.leaving.person_forget import people_forget


@shared_task
def forget_people() -> None:
    people_forget()
