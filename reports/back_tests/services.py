"""A back-test is asked for, cancelled, and taken up again where its worker was lost."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from crm.people.models import User
from leads.models import Policy, PolicyPurpose
from leads.services.policies import policy_in_force
from reports.back_tests.running import MAX_ATTEMPTS, NOBODY
from reports.models import UNDER_WAY, BackTest, BackTestState


class BackTestRefused(Exception):
    """The message is for a person."""


def request_back_test(*, policy: Policy, by: User | None, now: datetime) -> BackTest:
    """Waits for a worker. While one of the policy is under way, that one is returned. Raises BackTestRefused."""
    if policy.purpose != PolicyPurpose.MARKETING:
        raise BackTestRefused("Only marketing policies decide about inquiries, so only they can be back-tested.")
    if not policy.criteria.exists():
        raise BackTestRefused("A policy without criteria would qualify everybody. Add one first.")
    try:
        with transaction.atomic():
            return BackTest.objects.create(
                policy=policy, compared_with=_in_force(policy), requested_by=by, requested_at=now
            )
    except IntegrityError:
        return BackTest.objects.filter(policy=policy, state__in=UNDER_WAY).get()


def _in_force(policy: Policy) -> Policy | None:
    """What decides today about the leads that the policy would decide about."""
    force = policy_in_force(policy.purpose, policy.campaign_id)
    return force.policy if force and force.policy != policy else None


@transaction.atomic
def cancel_back_test(*, back_test: BackTest, now: datetime) -> bool:
    """False where it had ended before. Its worker notices with the next chunk."""
    under_way = BackTest.objects.filter(pk=back_test.pk, state__in=UNDER_WAY)
    cancelled = under_way.update(state=BackTestState.CANCELLED, finished_at=now, **NOBODY)
    if cancelled:
        back_test.flips.all().delete()
    return bool(cancelled)


def sweep_back_tests(*, now: datetime) -> list[int]:
    """Those whose worker did not come back wait again, or have failed for good. Returns the ids of all that wait, for
    which the caller wakes up workers."""
    lost = BackTest.objects.filter(state=BackTestState.RUNNING, lease_until__lt=now)
    lost.filter(attempts__gte=MAX_ATTEMPTS - 1).update(
        state=BackTestState.FAILED,
        error=f"The worker was lost {MAX_ATTEMPTS} times while it counted.",
        finished_at=now,
        **NOBODY,
    )
    lost.update(state=BackTestState.WAITING, attempts=F("attempts") + 1, **NOBODY)
    return list(BackTest.objects.filter(state=BackTestState.WAITING).values_list("pk", flat=True))
