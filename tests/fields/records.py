"""A record of each kind that a rep owns, and where its pages are."""

from typing import Any

from django.forms import MultipleChoiceField
from django.urls import reverse

from crm.opportunities.models import Opportunity
from crm.opportunities.services import open_opportunity
from crm.people.models import User
from tests.factories import NOW, AccountFactory, ContactFactory, LeadFactory

ROOMS = {"lead": "leads", "contact": "contacts", "account": "accounts", "opportunity": "opportunities"}
KINDS = list(ROOMS)


def make(kind: str, owner: User) -> Any:
    if kind == "opportunity":
        return make_opportunity(owner)
    return {"lead": LeadFactory, "contact": ContactFactory, "account": AccountFactory}[kind](owner=owner)


def make_opportunity(owner: User) -> Opportunity:
    """Needs ``defaults``, which have the pipeline."""
    contact = ContactFactory(owner=owner, account=AccountFactory(owner=owner))
    return open_opportunity(
        name=f"Deal with {contact.account}",
        account=contact.account,
        contact=contact,
        by=owner,
        now=NOW,
        owner=owner,
        close_date=NOW.date(),
    )


def page(record: Any, name: str = "detail") -> str:
    return reverse(f"{ROOMS[record._meta.model_name]}:{name}", args=[record.pk])


def list_page(kind: str, name: str = "list") -> str:
    return reverse(f"{ROOMS[kind]}:{name}")


def filled_in(response: Any) -> dict[str, Any]:
    """What a browser posts when nobody changes anything."""
    form = response.context["form"]
    nothing = {name: [] if isinstance(field, MultipleChoiceField) else "" for name, field in form.fields.items()}
    return {name: form[name].value() if form[name].value() is not None else nothing[name] for name in form.fields}
