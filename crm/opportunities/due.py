"""What is to be done about an open opportunity, as conditions: Today and the views of the list say the same."""

from datetime import date, timedelta

from django.db.models import Q

WITHOUT_NEXT_STEP = Q(next_step="")


def next_step_overdue(today: date) -> Q:
    return ~WITHOUT_NEXT_STEP & Q(next_step_on__lt=today)


def closing_this_month(today: date) -> Q:
    """Or late already."""
    return Q(close_date__lt=first_of_next_month(today))


def first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
