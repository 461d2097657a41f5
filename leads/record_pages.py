"""What leads have to say on the pages of the account, contact and opportunity they became."""

from collections.abc import Iterator

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.slots import Section, TimelineEntry
from crm.web.timeline import Source, Story
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


def _conversions_into(story: Story) -> QuerySet[Conversion] | None:
    if not isinstance(story.record, Account | Contact | Opportunity):
        return None
    return Conversion.objects.filter(**{str(story.record._meta.model_name): story.record})


def _conversion(conversion: Conversion, story: Story) -> TimelineEntry:
    """The lead is named to everybody who sees what it became, and is a link to those who see it."""
    return TimelineEntry(
        conversion.converted_at,
        "conversion",
        f"Converted from the lead {conversion.lead}",
        icon="transform",
        by=str(conversion.by or ""),
        body=conversion.skip_reason or conversion.override_reason,
        template="leads/conversion_entry.html",
        extra={"lead": conversion.lead if _sees(story.user, conversion.lead) else None},
    )


def _sees(user: User, lead: Lead) -> bool:
    """As ``visible_to`` has it, of a lead that was read."""
    open_to_team = lead.owner_id is None and lead.team_id in (None, user.team_id)
    return user.is_manager or lead.owner_id == user.pk or open_to_team


SOURCES = (
    Source(
        "conversion",
        "Conversions",
        _conversions_into,
        _conversion,
        at="converted_at",
        read_with=("lead", "by", "account"),
    ),
)
