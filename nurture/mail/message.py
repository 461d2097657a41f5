"""A touch as a mail: text and HTML from one source, answer links, and what the law and RFC 8058 ask for."""

from datetime import datetime
from email.utils import format_datetime, parseaddr
from typing import Any

import mrml
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from crm.people.emails import parse_email
from crm.people.models import Company
from nurture.mail.links import answer_url, choices_of, unsubscribe_url
from nurture.mail.tags import values_for
from nurture.mail.templates import render
from nurture.models import Touch


def build(touch: Touch, *, now: datetime) -> EmailMultiAlternatives:
    """To exactly one address. Raises ValueError (of several kinds) where the mail cannot be made."""
    step, lead, company = touch.step, touch.enrollment.lead, Company.current()
    sender = touch.enrollment.sequence.sender or settings.DEFAULT_FROM_EMAIL
    values = values_for(lead, sender=sender, company=company)
    unsubscribe = unsubscribe_url(touch)
    context = {
        "body": render(touch.text.body, values).strip(),
        "question": step.question,
        "answers": _answers(touch),
        "company": company,
        "unsubscribe_url": unsubscribe,
    }
    message = EmailMultiAlternatives(
        subject=render(touch.text.subject, values),
        body=render_to_string("nurture/mail.txt", context),
        from_email=sender,
        to=[parse_email(lead.email)],
        headers={
            "Message-ID": message_id(touch, sender),
            "Date": format_datetime(now),
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(_html(context), "text/html")
    message.message()  # a header that breaks the mail is found here, before anything is sent
    return message


def message_id(touch: Touch, sender: str) -> str:
    """The same at every try, so that a server with idempotency takes the mail once."""
    return f"<{touch.uuid}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>"


def _answers(touch: Touch) -> list[dict[str, str]]:
    question = touch.step.question
    if question is None:
        return []
    return [{"label": label, "url": answer_url(touch, question.key, raw)} for raw, label in choices_of(question)]


def _html(context: dict[str, Any]) -> str:
    return mrml.to_html(render_to_string("nurture/mail.mjml", context)).content
