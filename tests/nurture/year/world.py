"""A fake clock over the real services and a real database: what can happen to a lead in a year."""

import email.utils
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.db.models import Min

from leads.models import EngagementKind, Lead, Reason, ReasonPurpose, Stage
from leads.services.engagement import record_engagement
from leads.services.lifecycle import accept_lead, disqualify_lead, reject_lead, reopen_lead
from nurture.mail.choices import choices_of
from nurture.models import CallOutcome, CallTask, Enrollment, ExitReason, Touch
from nurture.models import Sequence as NurtureSequence
from nurture.services import suppression
from nurture.services.answering import answer_by_link
from nurture.services.calling import begin_call
from nurture.services.calls import record_call
from nurture.services.claims import LEASE, Claim
from nurture.services.delivery import deliver
from nurture.services.dispatch import sweep
from nurture.services.exits import stop_enrollment
from nurture.services.open_calls import CallRefused
from nurture.services.sequences import new_version, pause_sequence, publish_sequence, resume_sequence
from tests.factories import NOW, UserFactory
from tests.nurture.year import oracle
from tests.nurture.year.company import ZONES, found_company, new_lead

SLOT = timedelta(hours=1)  # between two sweeps, at least
MINUTE = timedelta(minutes=1)
LOOKED_FOR = 20  # sweeps until a worker has something to lose


class Killed(BaseException):
    """What SIGKILL would be: no code that handles errors sees it."""


class Postbox(EmailBackend):
    """Keeps mails in memory; ``dies`` when one is out and before anybody hears of it."""

    dies = False

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        sent = super().send_messages(messages)
        if Postbox.dies:
            raise Killed
        return sent


class World:
    """``dice`` decide details; what happens, and when, decides whoever calls the verbs."""

    def __init__(self, seed: int) -> None:
        self.now: datetime = NOW
        self.dice = Random(seed)
        self.sequences = found_company()
        self.rep = UserFactory()
        self.seen = 0
        self.message_ids: list[str] = []
        mail.outbox.clear()
        self.leads = [new_lead(number, zone, self.now) for number, zone in enumerate([*ZONES] * 2)]

    # Time

    def pass_time(self, span: timedelta) -> None:
        """From one thing that is due to the next; the oracle looks at each mail as it goes out."""
        until = self.now + span
        for _ in range(span // SLOT + 2):
            self.work()
            coming = self._next_due()
            if coming is None or coming > until:
                break
            self.now = coming
        else:
            raise AssertionError("it never comes to rest")
        self.now = max(until, self.now)
        self.work()
        oracle.check_rows(self.now)
        oracle.check_once(self.message_ids)

    def work(self) -> None:
        """Sweeps until nothing is left to claim, as the schedule does in a minute."""
        while claims := sweep(now=self.now):
            for claim in claims:
                deliver(touch_id=claim.touch_id, token=claim.token, now=self.now)
                self.look()

    def look(self) -> None:
        for message in mail.outbox[self.seen :]:
            key = message.extra_headers["Message-ID"]
            self.message_ids.append(key)
            assert email.utils.parsedate_to_datetime(message.extra_headers["Date"]) == self.now.replace(microsecond=0)
            touch = Touch.objects.select_related("enrollment__lead", "enrollment__sequence")
            oracle.check_mail(touch.get(uuid=key.strip("<>").split("@")[0]), self.now)
        self.seen = len(mail.outbox)

    def _next_due(self) -> datetime | None:
        running = Enrollment.objects.running()
        due = [
            running.aggregate(at=Min("due_at"))["at"],
            Touch.objects.filter(kind="email", state="planned", enrollment__in=running).aggregate(at=Min("due_at"))[
                "at"
            ],
            Touch.objects.filter(state="claimed").aggregate(at=Min("lease_until"))["at"],
        ]
        coming = [at for at in due if at]
        return max(min(coming), self.now) + SLOT if coming else None

    # What people do

    def inquire(self) -> None:
        self.leads.append(new_lead(len(self.leads), self.dice.choice([*ZONES]), self.now))

    def answer(self) -> None:
        touch = self._one(self._received().filter(step__question__isnull=False))
        if touch:
            question = touch.step.question
            raw = self.dice.choice(choices_of(question))[0]
            answer_by_link(touch=touch, answers={question.key: raw}, now=self.now)

    def reply(self) -> None:
        if enrollment := self._one(Enrollment.objects.active().select_related("lead")):
            record_engagement(lead=enrollment.lead, kind=EngagementKind.REPLY, now=self.now)
            stop_enrollment(enrollment=enrollment, reason=ExitReason.REPLIED, now=self.now)

    def opt_out(self) -> None:
        if touch := self._one(self._received()):
            suppression.unsubscribe(touch=touch, now=self.now)

    def bounce(self) -> None:
        if touch := self._one(self._received()):
            suppression.suppress(kind="email", key=touch.recipient, reason="bounce", now=self.now)

    def call(self) -> None:
        """At whatever hour: the button must refuse what is not allowed."""
        task = self._one(CallTask.objects.due(self.now))
        if task is None:
            return
        try:
            begin_call(task=task, by=self.rep, now=self.now)
        except CallRefused:
            return
        oracle.check_call(self.now, task.lead.time_zone)
        outcome = self.dice.choice(CallOutcome.values)
        again = self.now + timedelta(hours=self.dice.randrange(1, 100)) if outcome == CallOutcome.CALL_BACK else None
        answers = {"need": "new", "time_frame": "month"} if outcome == CallOutcome.CONNECTED else None
        record_call(task=task, outcome=outcome, by=self.rep, now=self.now, call_back_at=again, answers=answers)

    def sell(self) -> None:
        """A rep takes a lead over, gives one back, throws one out, or opens one again."""
        lead = self._one(Lead.objects.live())
        if lead is None:
            return
        recycle = Reason.objects.filter(purpose=ReasonPurpose.RECYCLE).first()
        never = Reason.objects.filter(purpose=ReasonPurpose.DISQUALIFY).first()
        by: dict[str, Any] = {"by": self.rep, "now": self.now}
        moves: dict[str, list[Callable[[], object]]] = {
            Stage.UNQUALIFIED: [lambda: disqualify_lead(lead=lead, reason=never, **by)],
            Stage.MQL: [lambda: accept_lead(lead=lead, **by), lambda: reject_lead(lead=lead, reason=recycle, **by)],
            Stage.SAL: [lambda: reject_lead(lead=lead, reason=recycle, **by)],
            Stage.DISQUALIFIED: [lambda: reopen_lead(lead=lead, **by)],
        }
        self.dice.choice(moves[lead.stage])()

    # What marketing and machines do

    def pause_or_resume(self) -> None:
        sequence = self._one(NurtureSequence.objects.filter(status__in=["published", "paused"]))
        (resume_sequence if sequence.status == "paused" else pause_sequence)(sequence=sequence)

    def publish_again(self) -> None:
        """Running enrollments keep their version."""
        publish_sequence(sequence=new_version(sequence=self._one(NurtureSequence.objects.filter(status="published"))))

    def lose_a_worker(self, *, begun: bool) -> None:
        """It took what was due next and is gone: before it began to send, or when the mail was out and not noted."""
        claims = self._next_claims()
        Postbox.dies = begun
        for claim in claims if begun else ():
            with suppress(Killed):
                deliver(touch_id=claim.touch_id, token=claim.token, now=self.now)
        Postbox.dies = False
        self.look()
        self.now += LEASE + MINUTE

    def _next_claims(self) -> list[Claim]:
        for _ in range(LOOKED_FOR):
            if claims := sweep(now=self.now):
                return claims
            coming = self._next_due()
            if coming is None:
                break
            self.now = coming
        return []

    def _received(self) -> Any:
        return Touch.objects.filter(kind="email", state="sent").select_related("enrollment__lead", "step__question")

    def _one(self, rows: Any) -> Any:
        found: Iterable[Any] = list(rows.order_by("pk"))
        return self.dice.choice(found) if found else None


class Undone:
    """Everything that a world does to the database is taken back when it is over."""

    def __init__(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __call__(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
