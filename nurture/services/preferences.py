"""A person says what they want of our mails."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from crm.people.emails import email_key
from nurture.models import EnrollmentState, MailPreference, Topic, Touch, TouchKind, TouchState
from nurture.services.locks import lock_lead
from nurture.services.outcomes import NOT_CLAIMED


@transaction.atomic
def set_preferences(
    *,
    touch: Touch,
    topics: Collection[Topic],
    pace: str,
    paused_until: datetime | None,
    now: datetime,
) -> MailPreference:
    """For the address that the mail went to. ``topics``: those they want of the ones they can choose. What is planned
    is looked at again before it is sent."""
    lead = lock_lead(touch.live_lead.pk)
    key = email_key(touch.recipient or lead.email)
    preference, _ = MailPreference.objects.update_or_create(
        email_key=key, defaults={"pace": pace, "paused_until": paused_until, "changed_at": now}
    )
    wanted = {topic.pk for topic in topics}
    preference.left_topics.set(Topic.objects.filter(active=True).exclude(pk__in=wanted))
    _look_again(key, now)
    return preference


def _look_again(key: str, now: datetime) -> None:
    """At what is planned: it may have waited for the end of a pause that is shorter now. A worker that has claimed a
    mail without having begun loses it. The last look before sending puts it off again if it must be."""
    mails = Touch.objects.pending().filter(kind=TouchKind.EMAIL)
    mails = mails.filter(enrollment__state=EnrollmentState.ACTIVE, enrollment__lead__email_key=key)
    mails.exclude(state=TouchState.PLANNED, due_at__lte=now).update(**NOT_CLAIMED, due_at=now)
