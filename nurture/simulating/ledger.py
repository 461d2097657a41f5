"""Which mails went out when, in fact and in a dry run, and what the sending limits say of the next one."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from leads.models import Lead
from nurture.models import SendingLimits, Touch, TouchKind
from nurture.services.caps import SPREAD, WEEK, mailbox_and_domain
from nurture.throttle.rules import DAY, Rule, rules_for

Counter = tuple[str, str | int]
PERSON = "person"


class Ledger:
    """As ``nurture.services.caps``, in memory. It begins with what really went out before: to whom ever, from and to
    where in the last day. What other sequences will send meanwhile is not in it."""

    def __init__(self, leads: Collection[Lead], limits: SendingLimits, *, now: datetime, seed: int) -> None:
        self.limits = limits
        self.spread = Random(seed)  # noqa: S311 - dice, not secrets
        self.times: dict[Counter, list[datetime]] = defaultdict(list)
        mails = Touch.objects.filter(kind=TouchKind.EMAIL, send_started_at__isnull=False).order_by("send_started_at")
        theirs = mails.filter(Q(enrollment__lead__in=leads) | Q(enrollment__lead__merged_into__in=leads))
        who = Coalesce(F("enrollment__lead__merged_into"), F("enrollment__lead"))
        for lead_id, begun in theirs.values_list(who, "send_started_at"):
            self._note(begun, (PERSON, lead_id))
        if limits.mailbox_hour or limits.mailbox_day or limits.domain_hour:
            recent = mails.filter(send_started_at__gt=now - DAY)
            for mailbox, domain, begun in recent.values_list("mailbox", "domain", "send_started_at"):
                self._note(begun, ("mailbox", mailbox), ("domain", domain))

    def last_mail_to(self, lead: Lead) -> datetime | None:
        return next(reversed(self.times[PERSON, lead.pk]), None)

    def sent(self, touch: Touch, now: datetime) -> None:
        where = mailbox_and_domain(touch)
        self._note(now, (PERSON, touch.enrollment.lead_id), *where.items())

    def _note(self, at: Any, *counters: Counter) -> None:
        """Later than all that was noted before."""
        for counter in counters:
            self.times[counter].append(at)

    def put_off(self, touch: Touch, now: datetime) -> tuple[str, datetime] | None:
        """By which limit (``person``, ``mailbox``, ``domain``) and until when; None if it may go out now."""
        most = self.limits.person_week
        if most and (at := self._free_at((PERSON, touch.enrollment.lead_id), most, WEEK, now)):
            return PERSON, at
        rules = rules_for(self.limits, **mailbox_and_domain(touch))
        full = [(at, rule) for rule in rules if (at := self._full(rule, now))]
        if not full:
            return None
        at, rule = max(full, key=lambda found: found[0])
        return rule.field, at + self.spread.random() * SPREAD

    def _full(self, rule: Rule, now: datetime) -> datetime | None:
        return self._free_at(rule.counter, rule.most, rule.span, now)

    def _free_at(self, counter: Counter, most: int, span: timedelta, now: datetime) -> datetime | None:
        """When the mail that went out ``most`` mails ago does not count any more."""
        times = self.times[counter]
        free_at = times[-most] + span if len(times) >= most else now
        return free_at if free_at > now else None
