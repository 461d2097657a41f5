"""The open opportunities of an account can go along when it is handed over; closed ones stay whose they were."""

from collections.abc import Iterator

from crm.accounts.models import Account
from crm.opportunities.models import Opportunity
from crm.people.going_along import Along

WORDS = ("open opportunity", "open opportunities")


def with_account(model: type) -> Iterator[Along]:
    if model is Account:
        yield Along("opportunities", *WORDS, lambda account: Opportunity.objects.open().filter(account=account))
