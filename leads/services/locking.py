"""A lead that is converted: locked, with whatever goes along. One round trip; who owns it and where it came from is
kept."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from crm.campaigns.models import Campaign, Source
from crm.people.models import User
from crm.web.holding import kept
from crm.web.quick import asking, instance_of, locking, run
from leads.models import Lead, LeadFieldValue, LeadProject


@dataclass(frozen=True)
class Carries:
    """Whether the lead has any, or a lead that was merged into it."""

    projects: bool
    custom: bool


def lock_to_convert(pk: int) -> tuple[Lead, Carries]:
    """Raises Lead.DoesNotExist."""
    row, projects, custom = run([locking(Lead, pk), asking(_projects, pk), asking(_custom, pk)])
    lead = instance_of(Lead, row)
    lead.owner = _user(lead.owner_id) if lead.owner_id else None
    lead.source = _source(lead.source_id) if lead.source_id else None
    lead.campaign = _campaign(lead.campaign_id) if lead.campaign_id else None
    return lead, Carries(bool(projects.rows), bool(custom.rows))


def _projects(pk: int) -> QuerySet[Any, Any]:
    found = LeadProject.objects.filter(Q(lead=pk) | Q(lead__merged_into=pk))
    return found.order_by().values_list("pk")[:1]


def _custom(pk: int) -> QuerySet[Any, Any]:
    return LeadFieldValue.objects.filter(record=pk).order_by().values_list("pk")[:1]


@kept("people_user")
def _user(pk: int) -> User:
    return User.objects.get(pk=pk)


@kept("campaigns_source")
def _source(pk: int) -> Source:
    return Source.objects.get(pk=pk)


@kept("campaigns_campaign")
def _campaign(pk: int) -> Campaign:
    return Campaign.objects.get(pk=pk)
