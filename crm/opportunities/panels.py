"""The opportunities of an account, and those that a contact takes part in, on their pages."""

from collections.abc import Iterator

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.slots import Section

SHOWN = 30


def deals(record: object, *, user: User) -> Iterator[Section]:
    if isinstance(record, Account | Contact):
        found = Opportunity.objects.visible_to(user).filter(pk__in=record.opportunities.values("pk"))
        opportunities = list(found.select_related("stage").order_by("-close_date")[:SHOWN])
        yield Section(20, "opportunities/panel.html", {"opportunities": opportunities})
