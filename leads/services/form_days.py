"""How often forms are opened and begun, by days of the company's time zone."""

from datetime import datetime

from django.db.models import F

from crm.people.models import Company
from leads.models import FormDay, InquiryForm


def count_view(*, form: InquiryForm, now: datetime) -> None:
    _count(form, "views", now)


def count_start(*, form: InquiryForm, now: datetime) -> None:
    _count(form, "starts", now)


def _count(form: InquiryForm, what: str, now: datetime) -> None:
    day = now.astimezone(Company.current().zone).date()
    row = FormDay.objects.filter(form=form, day=day)
    if not row.update(**{what: F(what) + 1}):
        FormDay.objects.get_or_create(form=form, day=day)
        row.update(**{what: F(what) + 1})
