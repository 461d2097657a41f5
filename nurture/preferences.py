"""What people want of our mails, asked before one is planned and again before it is sent."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q

from crm.people.emails import email_key
from leads.models import Lead
from nurture.models import MailPreference, Sequence, Touch, TouchKind, TouchState

Preferences = dict[str, MailPreference]  # by the normalised e-mail key


def preferences_of(leads: Iterable[Lead]) -> Preferences:
    """Of those who said anything, in one query, and one more where they left topics."""
    keys = {lead.email_key for lead in leads if lead.email_key}
    found = MailPreference.objects.filter(email_key__in=keys).prefetch_related("left_topics")
    return {preference.email_key: preference for preference in found}


def has_left(lead: Lead, sequence: Sequence, preferences: Preferences) -> bool:
    """They do not want what the sequence writes about."""
    preference = preferences.get(lead.email_key)
    if preference is None or sequence.topic_id is None:
        return False
    return any(topic.pk == sequence.topic_id for topic in preference.left_topics.all())


def last_mail_to(lead: Lead) -> datetime | None:
    """When it went out, whoever's it was: preferences are an address's, and leads are merged."""
    leads = Lead.objects.filter(Q(email_key=lead.email_key) | Q(pk=lead.pk))
    mails = Touch.objects.filter(enrollment__lead__in=leads, kind=TouchKind.EMAIL)
    begun = mails.filter(state__in=[TouchState.SENT, TouchState.UNKNOWN], send_started_at__isnull=False)
    return begun.order_by("-send_started_at").values_list("send_started_at", flat=True).first()


def not_before(
    lead: Lead, preferences: Preferences, now: datetime, last_mail: Callable[[Lead], datetime | None] = last_mail_to
) -> datetime:
    """``now``, or when their pause is over and the last mail is long enough ago."""
    preference = preferences.get(lead.email_key)
    if preference is None:
        return now
    times = [now, preference.paused_until or now]
    if preference.days_between and (last := last_mail(lead)):
        times.append(last + timedelta(days=preference.days_between))
    return max(times)


def wants_it_now(sequence: Sequence, now: datetime) -> Q:
    """The condition on leads: they have not left the sequence's topic, and are not in a pause."""
    said = MailPreference.objects.filter(email_key=OuterRef("email_key"))
    refused = Q(paused_until__gt=now)
    if sequence.topic_id:
        left = MailPreference.left_topics.through.objects.filter(mailpreference=OuterRef("pk"), topic=sequence.topic_id)
        refused |= Q(Exists(left))
    return Q(email_key="") | ~Q(Exists(said.filter(refused)))


def preference_for(address: str) -> MailPreference | None:
    return MailPreference.objects.filter(email_key=email_key(address)).prefetch_related("left_topics").first()


def day_begins(day: date, lead: Lead) -> datetime:
    """Where the lead is."""
    return datetime.combine(day, time(), tzinfo=lead.zone)
