"""A rep writes down what they found out about a lead, an account or a contact."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from crm.accounts.models import Account, IdentifiedProject
from crm.accounts.services.projects import add_project
from crm.contacts.models import Contact
from crm.contacts.services.key_contacts import recognize
from crm.people.models import User
from crm.people.recorded import rewrite
from leads.models import Conversion, Finding, Lead, LeadProject

KNOWN = "This profile is known already."


class ResearchRefused(Exception):
    """``errors``: field to message, for a person. Nothing was written."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


FIELDS: dict[type, str] = {Lead: "lead", Account: "account", Contact: "contact"}


def add_finding(
    *, about: Lead | Account | Contact, kind: str, fields: dict[str, Any], by: User | None, now: datetime
) -> Finding:
    """Raises ResearchRefused for a profile that somebody added meanwhile."""
    try:
        with transaction.atomic():
            return Finding.objects.create(kind=kind, by=by, at=now, **{FIELDS[type(about)]: about}, **fields)
    except IntegrityError as error:
        raise ResearchRefused({"url": KNOWN}) from error


def edit_finding(*, finding: Finding, version: int, fields: dict[str, Any], by: User, now: datetime) -> Finding:
    """Raises StaleRecord, and ResearchRefused for a profile that somebody added meanwhile."""
    try:
        with transaction.atomic():
            return rewrite(finding, version=version, by=by, now=now, **fields)
    except IntegrityError as error:
        raise ResearchRefused({"url": KNOWN}) from error


def remove_finding(*, finding: Finding, by: User, now: datetime) -> Finding:
    """No longer shown. Raises StaleRecord."""
    return rewrite(finding, version=finding.version, by=by, now=now, removed_at=now)


@transaction.atomic
def identify_project(
    *, at: Lead | Account, fields: dict[str, Any], by: User | None, now: datetime
) -> IdentifiedProject:
    """At an account, or at a lead's company: then it gets the account when the lead is converted."""
    if isinstance(at, Account):
        return add_project(account=at, fields=fields, by=by, now=now)
    done = Conversion.objects.select_related("account").filter(lead=at).first()
    project = add_project(account=done.account if done else None, fields=fields, by=by, now=now)
    LeadProject.objects.create(lead=at, project=project)
    return project


def hand_over_projects(*, lead: Lead, account: Account, contact: Contact) -> int:
    """The projects found at the lead's company are the account's now, and the contact is who it is in them."""
    people = Lead.objects.same_person(lead)
    found = IdentifiedProject.objects.filter(account=None, lead_link__lead__in=people).values_list("pk", flat=True)
    projects = list(found)
    if projects:
        IdentifiedProject.objects.filter(pk__in=projects).update(account=account)
        recognize(contact=contact, projects=projects)
    return len(projects)
