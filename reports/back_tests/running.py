"""A worker goes through all past leads once, both policies at a time, and says how far it is.

Claimed by compare-and-swap with a lease and a token, renewed with every chunk: a worker that is killed is taken over
from, one that was taken over from or cancelled notices with its next chunk and writes nothing more.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from crm.people.models import Company
from leads.evaluation import PolicyDefinition, evaluate
from leads.facts import definition_of
from leads.models import Lead, Policy, PolicyStatus
from leads.models.lead import LeadQuerySet
from leads.past import PastLead, past_leads
from reports.back_tests.tally import Tally
from reports.models import BackTest, BackTestState, Flip

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 3
MAX_FLIPS = 10_000  # that are listed, each way; counted are all
Clock = Callable[[], datetime]
NOBODY: dict[str, Any] = {"token": None, "lease_until": None}


class Lost(Exception):
    """Cancelled, or another worker has taken over."""


@dataclass
class Run:
    back_test: BackTest
    clock: Clock
    tally: Tally = field(default_factory=Tally)
    room: dict[bool, int] = field(default_factory=lambda: {True: MAX_FLIPS, False: MAX_FLIPS})

    @property
    def mine(self) -> Any:
        return BackTest.objects.filter(pk=self.back_test.pk, state=BackTestState.RUNNING, token=self.back_test.token)

    def write(self, **changes: Any) -> None:
        if not self.mine.update(**changes):
            raise Lost


def run_back_test(*, back_test_id: int, clock: Clock) -> None:
    """Nothing where it is no longer waiting. An error ends it as failed, and is logged."""
    claimed = _claim(back_test_id, clock())
    if claimed is None:
        return
    run = Run(claimed, clock)
    try:
        _go_through(run)
    except Lost:
        return
    except Exception as error:
        logger.exception("back-test %s failed", back_test_id)
        failed = f"It could not be counted: {type(error).__name__}. The log of the worker says more."
        run.mine.update(state=BackTestState.FAILED, error=failed, finished_at=clock(), **NOBODY)


def _claim(back_test_id: int, now: datetime) -> BackTest | None:
    token = uuid.uuid4()
    waiting = BackTest.objects.filter(pk=back_test_id, state=BackTestState.WAITING)
    if not waiting.update(state=BackTestState.RUNNING, token=token, lease_until=now + LEASE, done=0):
        return None
    return BackTest.objects.select_related("policy", "compared_with").get(pk=back_test_id)


def _go_through(run: Run) -> None:
    back_test, zone = run.back_test, Company.current().zone
    draft = definition_of(back_test.policy)
    other = definition_of(back_test.compared_with) if back_test.compared_with else None
    leads = population(back_test)
    run.write(definition=as_json(draft), total=leads.count())
    Flip.objects.filter(back_test=back_test).delete()
    subjects = {rule.subject for rule in [*draft.rules, *(other.rules if other else [])]}
    for chunk in past_leads(leads, subjects=subjects):
        flips = list(_count(run, chunk, draft, other, zone))
        _progress(run, len(chunk), flips, now=run.clock())
    _finish(run, now=run.clock())


def _count(
    run: Run, chunk: list[PastLead], draft: PolicyDefinition, other: PolicyDefinition | None, zone: Any
) -> Iterator[Flip]:
    for lead in chunk:
        gained = evaluate(draft, lead.facts).qualified
        had = other is not None and evaluate(other, lead.facts).qualified
        day = lead.inquired_at.astimezone(zone).date()
        run.tally.add(draft=gained, other=had, won=lead.won, day=day, remembered=lead.remembered)
        if gained != had and other is not None and run.room[gained]:
            run.room[gained] -= 1
            yield Flip(back_test=run.back_test, lead_id=lead.pk, gained=gained, won=lead.won)


@transaction.atomic
def _progress(run: Run, count: int, flips: list[Flip], *, now: datetime) -> None:
    run.back_test.done += count
    run.write(done=run.back_test.done, lease_until=now + LEASE)
    Flip.objects.bulk_create(flips)


@transaction.atomic
def _finish(run: Run, *, now: datetime) -> None:
    """Earlier back-tests of the policy keep their figures, not their lists."""
    run.write(state=BackTestState.FINISHED, figures=run.tally.as_json(), finished_at=now, **NOBODY)
    Flip.objects.filter(back_test__policy=run.back_test.policy).exclude(back_test=run.back_test).delete()


def population(back_test: BackTest) -> LeadQuerySet:
    """The leads about which the policy would decide: of its campaign, or of all campaigns without a policy."""
    leads = Lead.objects.live().filter(first_inquiry_at__lte=back_test.requested_at)
    policy = back_test.policy
    if policy.campaign_id:
        return leads.filter(campaign=policy.campaign_id)
    own = Policy.objects.filter(purpose=policy.purpose, status=PolicyStatus.ACTIVE, campaign__isnull=False)
    return leads.exclude(campaign__in=own.values("campaign"))


def as_json(definition: PolicyDefinition) -> dict[str, Any]:
    """To see whether the draft was changed since: ids of criteria do not count."""
    rules = [{name: value for name, value in asdict(rule).items() if name != "criterion"} for rule in definition.rules]
    return {"threshold": definition.threshold, "rules": rules}
