"""What leads have to say on the pages of the account, contact and opportunity they became."""

from collections.abc import Iterator

from django.db.models import Prefetch, prefetch_related_objects

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.slots import Section, TimelineEntry
from leads.answers import display
from leads.models import Conversion, Lead

SHOWN = 20


def _conversions(record: object) -> list[Conversion]:
    """Read once a record, whoever asks."""
    if not isinstance(record, Account | Contact | Opportunity):
        return []
    newest = Conversion.objects.select_related("lead", "by", "account").order_by("-converted_at")
    prefetch_related_objects([record], Prefetch("conversions", newest))
    return list(record.conversions.all())[:SHOWN]


def origin(record: object, *, user: User) -> Iterator[Section]:
    """The leads it came from, with what they answered."""
    conversions = _conversions(record)
    if not conversions:
        return
    leads = Lead.objects.visible_to(user).filter(pk__in=[conversion.lead_id for conversion in conversions])
    answers = leads.prefetch_related("answers__question__choices")
    yield Section(30, "leads/origin_panel.html", {"origins": [(lead, _said(lead)) for lead in answers]})


def _said(lead: Lead) -> list[tuple[str, str]]:
    newest = {answer.question: answer.value for answer in lead.answers.all()}
    return [(question.text, display(question, value)) for question, value in newest.items()]


def entries(record: object, *, user: User) -> Iterator[TimelineEntry]:
    conversions = _conversions(record)
    leads = [conversion.lead_id for conversion in conversions]
    visible = set(Lead.objects.visible_to(user).filter(pk__in=leads).values_list("pk", flat=True)) if leads else set()
    for conversion in conversions:
        yield TimelineEntry(
            conversion.converted_at,
            "conversion",
            f"Converted from the lead {conversion.lead}",
            icon="transform",
            by=str(conversion.by or ""),
            body=conversion.skip_reason or conversion.override_reason,
            template="leads/conversion_entry.html",
            extra={"lead": conversion.lead if conversion.lead_id in visible else None},
        )
