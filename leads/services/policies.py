"""Policies in force, and how a draft becomes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from crm.people.models import User
from crm.web.holding import held
from leads.evaluation import PolicyDefinition, Verdict, evaluate
from leads.facts import current_answers, definition_of, engagement_of, facts_of
from leads.models import Answer, Criterion, Lead, Policy, PolicyPurpose, PolicyStatus


class PolicyRefused(Exception):
    """The policy cannot be changed or activated; the message is for a person."""


@dataclass(frozen=True)
class InForce:
    """A policy that decides now, and its definition."""

    policy: Policy
    definition: PolicyDefinition


def policy_in_force(purpose: str = PolicyPurpose.MARKETING, campaign_id: int | None = None) -> InForce | None:
    """That of the campaign where it has one, else the general one; None where there is neither. One query."""
    in_force = _in_force(purpose)
    return in_force.get(campaign_id) or in_force.get(None)


@held
def _in_force(purpose: str) -> dict[int | None, InForce]:
    """By campaign; None stands for the general one."""
    criteria = Criterion.objects.filter(policy__purpose=purpose, policy__status=PolicyStatus.ACTIVE)
    found: dict[Policy, list[Criterion]] = {}
    for criterion in criteria.select_related("policy", "question"):
        found.setdefault(criterion.policy, []).append(criterion)
    return {policy.campaign_id: InForce(policy, definition_of(policy, mine)) for policy, mine in found.items()}


def verdict_for(
    lead: Lead, *, purpose: str, now: datetime, answers: Mapping[str, Answer] | None = None
) -> Verdict | None:
    """What the policy in force says of the lead at ``now``; None where there is none. Records nothing. ``answers`` are
    the current ones, where the caller has read them."""
    force = policy_in_force(purpose, lead.campaign_id)
    if force is None:
        return None
    answers = current_answers(lead) if answers is None else answers
    engagement = engagement_of(lead, force.definition.engagement)
    return evaluate(force.definition, facts_of(lead, answers, now=now, engagement=engagement))


@transaction.atomic
def activate_policy(*, policy: Policy, by: User | None, now: datetime) -> Policy:
    """A draft comes into force and retires the version before it, of the same campaign where it has one."""
    policy = Policy.objects.select_for_update().get(pk=policy.pk)
    if policy.status != PolicyStatus.DRAFT:
        raise PolicyRefused("Only a draft can be activated. Make a new version first.")
    if not policy.criteria.exists():
        raise PolicyRefused("A policy without criteria would qualify everybody. Add one first.")
    versions = Policy.objects.filter(purpose=policy.purpose, campaign=policy.campaign_id)
    versions.filter(status=PolicyStatus.ACTIVE).update(status=PolicyStatus.RETIRED)
    policy.status, policy.activated_at = PolicyStatus.ACTIVE, now
    policy.save(update_fields=["status", "activated_at"])
    return policy


def next_version(purpose: str, campaign_id: int | None = None) -> int:
    versions = Policy.objects.filter(purpose=purpose, campaign=campaign_id)
    return (versions.aggregate(newest=Max("version"))["newest"] or 0) + 1


@transaction.atomic
def new_version(*, policy: Policy, by: User | None) -> Policy:
    """A draft with the same criteria, to be changed and activated."""
    copy = Policy.objects.create(
        purpose=policy.purpose,
        campaign=policy.campaign,
        version=next_version(policy.purpose, policy.campaign_id),
        name=policy.name,
        threshold=policy.threshold,
    )
    for criterion in policy.criteria.all():
        criterion.pk, criterion.policy = None, copy
        criterion._state.adding = True
        criterion.save()
    return copy
