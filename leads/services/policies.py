"""Policies in force, and how a draft becomes one."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from crm.people.models import User
from crm.web.holding import held
from leads.evaluation import Verdict, evaluate
from leads.facts import current_answers, definition_of, facts_of
from leads.models import Answer, Lead, Policy, PolicyPurpose, PolicyStatus


class PolicyRefused(Exception):
    """The policy cannot be changed or activated; the message is for a person."""


@held
def active_policy(purpose: str = PolicyPurpose.MARKETING) -> Policy | None:
    policies = Policy.objects.filter(purpose=purpose, status=PolicyStatus.ACTIVE)
    return policies.prefetch_related("criteria__question").first()


def verdict_for(lead: Lead, *, purpose: str, answers: dict[str, Answer] | None = None) -> Verdict | None:
    """What the active policy says of the lead now; None where none is active. Records nothing. ``answers`` are the
    current ones, where the caller has read them."""
    policy = active_policy(purpose)
    if policy is None:
        return None
    return evaluate(definition_of(policy), facts_of(lead, current_answers(lead) if answers is None else answers))


@transaction.atomic
def activate_policy(*, policy: Policy, by: User | None, now: datetime) -> Policy:
    """A draft comes into force and retires the version before it."""
    policy = Policy.objects.select_for_update().get(pk=policy.pk)
    if policy.status != PolicyStatus.DRAFT:
        raise PolicyRefused("Only a draft can be activated. Make a new version first.")
    if not policy.criteria.exists():
        raise PolicyRefused("A policy without criteria would qualify everybody. Add one first.")
    Policy.objects.filter(purpose=policy.purpose, status=PolicyStatus.ACTIVE).update(status=PolicyStatus.RETIRED)
    policy.status, policy.activated_at = PolicyStatus.ACTIVE, now
    policy.save(update_fields=["status", "activated_at"])
    return policy


def next_version(purpose: str) -> int:
    return (Policy.objects.filter(purpose=purpose).aggregate(newest=Max("version"))["newest"] or 0) + 1


@transaction.atomic
def new_version(*, policy: Policy, by: User | None) -> Policy:
    """A draft with the same criteria, to be changed and activated."""
    copy = Policy.objects.create(
        purpose=policy.purpose,
        version=next_version(policy.purpose),
        name=policy.name,
        threshold=policy.threshold,
    )
    for criterion in policy.criteria.all():
        criterion.pk, criterion.policy = None, copy
        criterion._state.adding = True
        criterion.save()
    return copy
