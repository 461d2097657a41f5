"""From rule to rule until one takes the lead; every step says why. Routing and "who would get it?" walk alike."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.people.calendars import calendars_of
from crm.people.models import Team, User
from crm.people.working_time import WorkCalendar
from leads.models import RoutingRule, Target
from leads.routing.conditions import why_not
from leads.routing.pools import Pool, pool_of
from leads.routing.presence import Candidate, candidates, full_ones
from leads.routing.subject import Subject
from leads.routing.turns import Turn, Turns, lock_turns, read_turns, store_turn, whose_turn


@dataclass(frozen=True)
class Step:
    """One rule that was looked at. ``taken`` without a user: into the queue of ``team``, or of all."""

    rule: RoutingRule
    taken: bool
    why: str
    user: User | None = None
    team: Team | None = None
    candidates: Sequence[Candidate] = ()
    calendar: WorkCalendar | None = None

    def as_plain(self) -> dict[str, Any]:
        """As an assignment keeps it."""
        return {
            "rule": self.rule.pk,
            "name": self.rule.name,
            "taken": self.taken,
            "why": self.why,
            "reps": [{"name": str(each.user), "why_not": each.why_not} for each in self.candidates],
        }


@dataclass(frozen=True)
class Walk:
    steps: Sequence[Step]

    @property
    def taken(self) -> Step | None:
        last = self.steps[-1] if self.steps else None
        return last if last and last.taken else None

    @property
    def explanation(self) -> list[dict[str, Any]]:
        return [step.as_plain() for step in self.steps]


class NobodyLeft(Exception):
    """Whoever was free was given another lead meanwhile."""


def walk(
    rules: Sequence[RoutingRule],
    subject: Subject,
    *,
    take: bool,
    had_it: Collection[int] = (),
    check_conditions: bool = True,
) -> Walk:
    """``take``: the turn is used up, under the lock of its pool; the caller assigns the lead in the same transaction.
    ``had_it`` are reps who do not get it again."""
    steps: list[Step] = []
    for rule in rules:
        unmet = why_not(rule.conditions.all(), subject) if check_conditions else ""
        steps.append(Step(rule, False, unmet) if unmet else _try(rule, subject, take=take, had_it=had_it))
        if steps[-1].taken:
            break
    return Walk(steps)


def _try(rule: RoutingRule, subject: Subject, *, take: bool, had_it: Collection[int]) -> Step:
    if rule.target == Target.QUEUE:
        return Step(rule, True, f"Waits in the queue of {rule.team or 'all'}.", team=rule.team)
    pool = pool_of(rule, subject)
    if pool.empty:
        return Step(rule, False, pool.empty)
    calendars = calendars_of(pool.users, now=subject.now)
    found = candidates(
        pool.users, now=subject.now, calendars=calendars, outside_hours=rule.outside_hours, had_it=had_it
    )
    found = _without_full(found, subject.now)
    if not _free(found):
        return Step(rule, False, _nobody(found), candidates=found)
    try:
        turn = _take_turn(rule, pool, found, subject.now) if take else _look_at_turn(rule, pool, found)
    except NobodyLeft:
        return Step(rule, False, "Somebody else was given a lead meanwhile.", candidates=found)
    return Step(rule, True, turn.why, turn.user, None, found, calendars[turn.user.pk])


def _look_at_turn(rule: RoutingRule, pool: Pool, found: Sequence[Candidate]) -> Turn:
    turns = read_turns(pool.rotation) if pool.rotation else {}
    return whose_turn(_free(found), method=rule.method, turns=turns)


def _take_turn(rule: RoutingRule, pool: Pool, found: Sequence[Candidate], now: datetime) -> Turn:
    """Raises NobodyLeft, having let go of the locks."""
    if not any(user.leads_per_day for user in _free(found)):
        return _use(rule, _lock(pool), _free(found))
    with transaction.atomic():
        limited = [user.pk for user in _free(found) if user.leads_per_day]
        turns = _lock(pool)
        list(User.objects.select_for_update(no_key=True).filter(pk__in=limited).order_by("pk").values_list("pk"))
        free = _free(_without_full(found, now))
        if not free:
            raise NobodyLeft
        return _use(rule, turns, free)


def _lock(pool: Pool) -> Turns | None:
    return lock_turns(pool.rotation) if pool.rotation else None


def _use(rule: RoutingRule, turns: Turns | None, free: list[User]) -> Turn:
    turn = whose_turn(free, method=rule.method, turns=turns.of if turns else {})
    if turns:
        store_turn(turns, turn)
    return turn


def _free(found: Sequence[Candidate]) -> list[User]:
    return [candidate.user for candidate in found if not candidate.why_not]


def _without_full(found: Sequence[Candidate], now: datetime) -> list[Candidate]:
    full = full_ones(_free(found), now=now)
    if not full:
        return list(found)
    return [replace(each, why_not=each.why_not or full.get(each.user.pk, "")) for each in found]


def _nobody(found: Sequence[Candidate]) -> str:
    """“Nobody of 3 can get it: 2 is away, 1 does not work now.”"""
    reasons = Counter(candidate.why_not.rstrip(".") for candidate in found)
    if len(found) == 1:
        return f"{found[0].user}: {found[0].why_not}"
    said = "; ".join(f"{count}: {why}" for why, count in reasons.most_common())
    return f"Nobody of {len(found)} can get it. {said}."
