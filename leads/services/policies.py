"""Policies in force, and how a draft becomes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from crm.campaigns.models import Campaign
from crm.people.models import User
from crm.web.holding import kept
from crm.web.writing import insert
from leads.evaluation import Facts, PolicyDefinition, Verdict, evaluate
from leads.facts import current_answers, definition_of, engagement_of, facts_of
from leads.models import Answer, Criterion, Decision, Lead, Policy, PolicyPurpose, PolicyStatus, Stage
from leads.models.lead import LeadQuerySet
from leads.reaching import reachable


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


@kept("leads_policy", "leads_criterion", "leads_question")
def _in_force(purpose: str) -> dict[int | None, InForce]:
    """By campaign; None stands for the general one."""
    criteria = Criterion.objects.filter(policy__purpose=purpose, policy__status=PolicyStatus.ACTIVE)
    found: dict[Policy, list[Criterion]] = {}
    for criterion in criteria.select_related("policy", "question"):
        found.setdefault(criterion.policy, []).append(criterion)
    return {policy.campaign_id: InForce(policy, definition_of(policy, mine)) for policy, mine in found.items()}


@dataclass(frozen=True)
class Judgment:
    """What a policy in force says of a lead, and the facts that it rests on."""

    force: InForce
    facts: Facts
    verdict: Verdict


def judge(lead: Lead, *, purpose: str, now: datetime, answers: Mapping[str, Answer] | None = None) -> Judgment | None:
    """By the policy in force for the lead at ``now``; None where there is none. Records nothing. ``answers`` are the
    current ones, where the caller has read them."""
    force = policy_in_force(purpose, lead.campaign_id)
    if force is None:
        return None
    answers = current_answers(lead) if answers is None else answers
    facts = facts_of(lead, answers, now=now, engagement=engagement_of(lead, force.definition.engagement))
    return Judgment(force, facts, evaluate(force.definition, facts))


def verdict_for(
    lead: Lead, *, purpose: str, now: datetime, answers: Mapping[str, Answer] | None = None
) -> Verdict | None:
    """As ``judge``."""
    judgment = judge(lead, purpose=purpose, now=now, answers=answers)
    return judgment.verdict if judgment else None


def record_decision(lead: Lead, judgment: Judgment, *, now: datetime) -> Decision:
    decision = Decision(
        lead=lead,
        policy=judgment.force.policy,
        decided_at=now,
        qualified=judgment.verdict.qualified,
        score=judgment.verdict.score,
        facts={subject: fact.as_json() for subject, fact in judgment.facts.items()},
        results=[result.as_json() for result in judgment.verdict.results],
    )
    return insert([decision])[0]


@transaction.atomic
def activate_policy(*, policy: Policy, by: User | None, now: datetime) -> Policy:
    """A draft comes into force and retires the version before it, of the same campaign where it has one. Unqualified
    leads that it is about are decided about again by the next sweeps. Raises PolicyRefused."""
    policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    if problem := why_not_activate(policy):
        raise PolicyRefused(problem)
    versions = Policy.objects.filter(purpose=policy.purpose, campaign=policy.campaign_id)
    versions.filter(status=PolicyStatus.ACTIVE).update(status=PolicyStatus.RETIRED)
    policy.status, policy.activated_at = PolicyStatus.ACTIVE, now
    policy.save(update_fields=["status", "activated_at"])
    _decide_again(policy, now)
    return policy


def why_not_activate(policy: Policy) -> str:
    """For a person; "" where it can be put into force."""
    if policy.status != PolicyStatus.DRAFT:
        return "Only a draft can be activated. Make a new version first."
    definition = definition_of(policy)
    if not definition.rules:
        return "A policy without criteria would qualify everybody. Add one first."
    nothing_known = evaluate(definition, {})
    if nothing_known.qualified:
        return "It would qualify everybody, whatever they say: raise the threshold, or make a criterion a must-have."
    if not reachable(definition, nothing_known):
        return f"Nobody could reach {policy.threshold} points with these criteria. Lower the threshold, or add points."
    return ""


@transaction.atomic
def retire_policy(*, policy: Policy, by: User | None, now: datetime) -> Policy:
    """Out of force without a successor: the general policy decides in place of a campaign's; without a general one,
    nothing does. Raises PolicyRefused."""
    policy = Policy.objects.select_for_update(of=("self",)).get(pk=policy.pk)
    if policy.status != PolicyStatus.ACTIVE:
        raise PolicyRefused("Only a policy in force can be retired.")
    policy.status = PolicyStatus.RETIRED
    policy.save(update_fields=["status"])
    _decide_again(policy, now)
    return policy


def version_in_force(policy: Policy) -> Policy | None:
    """What decides now about the leads that ``policy`` would decide about."""
    active = Policy.objects.filter(purpose=policy.purpose, status=PolicyStatus.ACTIVE)
    own = active.filter(campaign=policy.campaign_id).first()
    return own or active.filter(campaign=None).first()


def leads_decided_by(policy: Policy) -> LeadQuerySet:
    """Those whose decision it is, or would be once it is in force."""
    if policy.campaign_id:
        return Lead.objects.live().filter(campaign=policy.campaign_id)
    others = Policy.objects.filter(purpose=policy.purpose, status=PolicyStatus.ACTIVE).exclude(campaign=None)
    return Lead.objects.live().exclude(campaign__in=others.values("campaign"))


def _decide_again(policy: Policy, now: datetime) -> None:
    if policy.purpose == PolicyPurpose.MARKETING:
        leads_decided_by(policy).filter(stage=Stage.UNQUALIFIED).update(decide_again_at=now)


def next_version(purpose: str, campaign_id: int | None = None) -> int:
    versions = Policy.objects.filter(purpose=purpose, campaign=campaign_id)
    return (versions.aggregate(newest=Max("version"))["newest"] or 0) + 1


@transaction.atomic
def new_version(*, policy: Policy, by: User | None, campaign: Campaign | None = None) -> Policy:
    """A draft with the same criteria, to be changed and activated; with ``campaign``: for the leads of that one."""
    campaign = campaign or policy.campaign
    copy = Policy.objects.create(
        purpose=policy.purpose,
        campaign=campaign,
        version=next_version(policy.purpose, campaign.pk if campaign else None),
        name=policy.name,
        threshold=policy.threshold,
    )
    for criterion in policy.criteria.select_related("question"):
        criterion.pk, criterion.policy = None, copy
        criterion._state.adding = True
        criterion.save()
    return copy
