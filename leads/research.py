"""What was found out about a record, from wherever it was written down."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from crm.accounts.models import Account, IdentifiedProject
from crm.contacts.models import Contact, KeyContact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.slots import Section
from leads.models import Conversion, Finding, FindingKind, Lead
from leads.services.research import FIELDS

SHOWN = 50
Researched = Lead | Account | Contact


@dataclass(frozen=True)
class Dossier:
    """``kind`` and ``pk``: the record that more is written down about."""

    kind: str
    pk: int
    profiles: list[Finding]
    facts: list[Finding]
    projects: list[IdentifiedProject]
    can_change: bool
    has_company: bool

    def __bool__(self) -> bool:
        return bool(self.profiles or self.facts or self.projects)


def dossier_of(record: Researched, *, user: User) -> Dossier:
    findings = list(findings_of(record).select_related("by", "changed_by")[:SHOWN])
    kind = FIELDS[type(record)]
    return Dossier(
        kind=kind,
        pk=record.pk,
        profiles=_once(finding for finding in findings if finding.kind == FindingKind.PROFILE),
        facts=[finding for finding in findings if finding.kind == FindingKind.FACT],
        projects=list(_with_people(projects_of(record))[:SHOWN]),
        can_change=user.has_perm(f"{record._meta.app_label}.change_{kind}"),
        has_company=not isinstance(record, Contact),
    )


def findings_of(record: Researched) -> QuerySet[Finding]:
    """A lead's, with those of its tombstones; an account's and a contact's, with those of the leads they came from."""
    own = Q(**{FIELDS[type(record)]: record})
    if isinstance(record, Lead):
        return Finding.objects.kept().filter(own | Q(lead__merged_into=record))
    leads = Conversion.objects.filter(**{FIELDS[type(record)]: record}).values("lead")
    of_company = Q(of_company=isinstance(record, Account))
    return Finding.objects.kept().filter(own | (Q(lead__in=leads) | Q(lead__merged_into__in=leads)) & of_company)


def projects_of(record: Researched) -> QuerySet[IdentifiedProject]:
    projects = IdentifiedProject.objects.kept().select_related("by")
    if isinstance(record, Lead):
        return projects.filter(lead_link__lead__in=Lead.objects.same_person(record))
    return projects.filter(account=record if isinstance(record, Account) else record.account)


def _with_people(projects: QuerySet[IdentifiedProject]) -> QuerySet[IdentifiedProject]:
    people = KeyContact.objects.kept().select_related("contact")
    return projects.prefetch_related(Prefetch("key_contacts", people, to_attr="people"))


def _once(profiles: Iterator[Finding]) -> list[Finding]:
    """A link that two merged leads both had is shown once."""
    return list({profile.url: profile for profile in profiles}.values())


def panel(record: object, *, user: User) -> Iterator[Section]:
    """On the page of a lead, account or contact; an opportunity shows its account's."""
    subject = record.account if isinstance(record, Opportunity) else record
    if isinstance(subject, Lead | Account | Contact):
        dossier = dossier_of(subject, user=user)
        if dossier or not isinstance(record, Opportunity):
            context = {"dossier": dossier, "elsewhere": isinstance(record, Opportunity)}
            yield Section(25, "leads/research_panel.html", context)
