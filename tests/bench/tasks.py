"""The barest Celery task that sends a mail: it gets the finished mail and hands it to a kept connection."""

from celery import shared_task
from django.core.mail import EmailMultiAlternatives, get_connection

_kept: list = []


@shared_task(name="tests.bench.tasks.send_mail")
def send_mail(subject: str, text: str, html: str, sender: str, to: str, headers: dict[str, str]) -> None:
    if not _kept:
        _kept.append(get_connection())
        _kept[0].open()
    message = EmailMultiAlternatives(subject, text, sender, [to], headers=headers)
    message.attach_alternative(html, "text/html")
    _kept[0].send_messages([message])
