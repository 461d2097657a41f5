"""What Celery wakes up. The truth is in the database: a task that is lost, late or run twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from crm.people import notifying


@shared_task(name="people.tasks.mail_notices")
def mail_notices() -> None:
    notifying.mail_notices(now=timezone.now())
