"""Among whom a rule chooses, in a fixed order."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from crm.people.models import Role, User
from crm.people.territory_lookup import owners_of
from crm.web.holding import kept
from leads.models import RoutingCondition, RoutingMember, RoutingRule, Target
from leads.routing.subject import Subject


@dataclass(frozen=True)
class Pool:
    """``rotation`` says whose turns are counted together: {"rule": 3}, {"team": 1}; empty where one rep is meant.
    ``empty`` says why nobody is in it."""

    users: list[User]
    rotation: dict[str, int]
    empty: str = ""


@kept(
    "leads_routingrule",
    "leads_routingcondition",
    "leads_routingmember",
    "leads_question",
    "people_user",
    "people_team",
    "people_territory",
)
def active_rules() -> list[RoutingRule]:
    conditions = RoutingCondition.objects.select_related("question")
    members = RoutingMember.objects.filter(user__is_active=True).select_related("user__team")
    rules = RoutingRule.objects.filter(active=True).select_related("rep__team", "team", "territory")
    return list(rules.prefetch_related(Prefetch("conditions", conditions), Prefetch("pool", members)))


def pool_of(rule: RoutingRule, subject: Subject) -> Pool:
    match Target(rule.target):
        case Target.REP:
            rep = rule.rep if rule.rep and rule.rep.is_active else None
            return _one(rep, f"{rule.rep} no longer works here.")
        case Target.ACCOUNT_OWNER:
            return _account_owner(subject)
        case Target.TEAM:
            return _of_team(rule)
        case Target.TERRITORY:
            return _of_territory(rule.territory_id, str(rule.territory), subject)
        case Target.LEAD_TERRITORY:
            return _of_lead_territory(subject)
        case _:
            members = [member.user for member in rule.pool.all() if member.user.is_active]
            return Pool(members, {"rule_id": rule.pk}, "" if members else "It has no members.")


def _one(user: User | None, empty: str) -> Pool:
    return Pool([user] if user else [], {}, "" if user else empty)


def _account_owner(subject: Subject) -> Pool:
    if not subject.domain:
        return _one(None, "The address is of no company's domain.")
    owner = subject.account_owner
    return _one(owner if owner and owner.is_active else None, f"No account of {subject.domain} has an owner here.")


def _of_team(rule: RoutingRule) -> Pool:
    if rule.team_id is None:
        return Pool([], {}, "Its team is gone.")
    users = _reps_of_team(rule.team_id)
    return Pool(users, {"team_id": rule.team_id}, "" if users else f"{rule.team} has no reps.")


@kept("people_user", "people_team")
def _reps_of_team(team: int) -> list[User]:
    reps: Any = User.objects.filter(team=team, role=Role.REP, is_active=True)
    return list(reps.select_related("team").order_by("pk"))


def _of_territory(pk: int | None, name: str, subject: Subject) -> Pool:
    users = owners_of(pk, subject.today) if pk else []
    return Pool(users, {"territory_id": pk} if pk else {}, "" if users else f"Nobody owns territory {name} today.")


def _of_lead_territory(subject: Subject) -> Pool:
    territory = subject.found.territory
    if territory is None:
        return Pool([], {}, "The address is in no territory.")
    return _of_territory(territory.pk, territory.name, subject)
