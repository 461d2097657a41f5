"""Verbs on activities."""

from datetime import datetime

from activities.models import Note
from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from leads.models import Lead

FIELDS: dict[type, str] = {Lead: "lead", Account: "account", Contact: "contact", Opportunity: "opportunity"}


def add_note(*, about: Lead | Account | Contact | Opportunity, body: str, by: User, now: datetime) -> Note:
    """``body`` is kept as written, but for blanks around it."""
    return Note.objects.create(body=body.strip(), by=by, at=now, **{FIELDS[type(about)]: about})
