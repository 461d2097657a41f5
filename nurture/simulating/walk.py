"""Leads go through a sequence on a fake clock, and answer, click, reply, opt out and pick up the phone as dice say."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from leads.models import Provenance, Question, Stage
from nurture.calendars import calling_hours_of, window_of
from nurture.models import CallOutcome, Enrollment, EnrollmentState, ExitReason, Sequence, Touch, TouchKind, TouchState
from nurture.models.calls import SPOKE
from nurture.reach import call_obstacle, email_obstacle
from nurture.services.calls import NEXT_TRY
from nurture.services.exits import reason_to_leave
from nurture.simulating.batch import DryBatch
from nurture.simulating.behavior import Behavior, Reaction
from nurture.simulating.clock import EventQueue
from nurture.simulating.ledger import Ledger
from nurture.simulating.people import People
from nurture.simulating.tally import Tally

PICKED_UP = timedelta(hours=4)  # a call is made so long after it is due


class Walk:
    """One run over enrollments whose ids are made up."""

    def __init__(
        self, sequence: Sequence, people: People, behavior: Behavior, tally: Tally, ledger: Ledger, now: datetime
    ) -> None:
        self.people = people
        self.behavior = behavior
        self.tally = tally
        self.ledger = ledger
        self.queue = EventQueue(now)
        self.enrollments = [
            Enrollment(pk=-number, lead=lead, sequence=sequence, enrolled_at=now, due_at=now)
            for number, lead in enumerate(people.leads, 1)
        ]
        self.batch = DryBatch(self.enrollments, now)
        self.batch.ledger = ledger

    def run(self, until: datetime) -> None:
        for enrollment in self.enrollments:
            self._look_at(enrollment)
        self.queue.run(until)

    def _look_at(self, enrollment: Enrollment) -> None:
        if enrollment.due_at:
            self.queue.at(enrollment.due_at, lambda now: self._advance(enrollment, now))

    def _advance(self, enrollment: Enrollment, now: datetime) -> None:
        if self._over(enrollment, now) or enrollment.due_at is None or enrollment.due_at > now:
            return
        for touch in self.batch.advance(enrollment, now):
            self._plan(touch, now)
        if enrollment.state == EnrollmentState.FINISHED:
            self.tally.end(EnrollmentState.FINISHED, now)
        self._look_at(enrollment)

    def _over(self, enrollment: Enrollment, now: datetime) -> bool:
        """Ended before, or by what is now known of the lead."""
        reason = reason_to_leave(enrollment.lead)
        if reason and enrollment.state == EnrollmentState.ACTIVE:
            self._leave(enrollment, reason, now)
        return enrollment.state != EnrollmentState.ACTIVE

    def _leave(self, enrollment: Enrollment, reason: str, now: datetime) -> None:
        enrollment.state, enrollment.exit_reason = EnrollmentState.EXITED, reason
        enrollment.ended_at, enrollment.due_at = now, None
        self.tally.end(reason, now)

    def _plan(self, touch: Touch, now: datetime) -> None:
        if touch.state == TouchState.SKIPPED:
            return self.tally.skip(touch.skip_reason, touch, now)
        self.tally.count("planned", touch, now)
        if touch.due_at > now:
            mail = touch.kind == TouchKind.EMAIL and self.batch.not_before(touch.enrollment.lead) > now
            self.tally.waited["preference" if mail else "window"].add(touch.uuid)
        make = self._send if touch.kind == TouchKind.EMAIL else self._offer
        return self.queue.at(touch.due_at, lambda later: make(touch, later))

    # E-mails

    def _send(self, touch: Touch, now: datetime) -> None:
        """What is checked again when a mail is sent (``nurture.services.last_look``)."""
        enrollment = touch.enrollment
        if self._over(enrollment, now):
            return self._close(touch, TouchState.CANCELLED, now)
        if obstacle := email_obstacle(enrollment.lead, self.batch.suppressed):
            return self._skip(touch, obstacle, now)
        if later := self._put_off(touch, now):
            touch.due_at = later
            return self.queue.at(later, lambda then: self._send(touch, then))
        self.ledger.sent(touch, now)
        reaction = self.behavior.to_mail(asks=touch.step.question is not None)
        self._close(touch, TouchState.SENT, now)
        if reaction.kind:
            self.queue.at(now + reaction.after, lambda later: self._react(touch, reaction, later))
        return None

    def _put_off(self, touch: Touch, now: datetime) -> datetime | None:
        """Until when: the recipient's hours, what they want, and the limits of sending."""
        lead, self.batch.now = touch.enrollment.lead, now
        wanted = self.batch.not_before(lead)
        opens = window_of(lead, touch.enrollment.sequence).next(wanted)
        if opens > now:
            self.tally.waited["preference" if wanted > now else "window"].add(touch.uuid)
            return opens
        if full := self.ledger.put_off(touch, now):
            limit, free_at = full
            self.tally.waited[limit].add(touch.uuid)
            return free_at
        return None

    def _react(self, touch: Touch, reaction: Reaction, now: datetime) -> None:
        enrollment = touch.enrollment
        lead, facts = enrollment.lead, self.batch.facts
        self.tally.count(reaction.kind, touch, now)
        match reaction.kind:
            case "bounce" | "opt_out":
                lead.email_opt_out = True
                bounced = reaction.kind == "bounce"
                self._end(enrollment, ExitReason.BOUNCED if bounced else ExitReason.OPTED_OUT, now)
            case "reply":
                facts.replies[lead.pk] = now
                self._end(enrollment, ExitReason.REPLIED, now)
            case "click":
                facts.clicks[lead.pk] = now
            case "answer":
                facts.clicks[lead.pk] = now
                self._say(touch, self.people.asked(touch.step), Provenance.LINK, now)

    def _end(self, enrollment: Enrollment, reason: str, now: datetime) -> None:
        if enrollment.state == EnrollmentState.ACTIVE:
            self._leave(enrollment, reason, now)

    # Calls

    def _offer(self, touch: Touch, now: datetime, tries: int = 1) -> None:
        """In a rep's queue from now on; somebody calls some hours later, when it is allowed."""
        when = calling_hours_of(touch.enrollment.lead).next(now + PICKED_UP * self.behavior.rng.random())
        self.queue.at(when, lambda later: self._call(touch, later, tries))

    def _call(self, touch: Touch, now: datetime, tries: int) -> None:
        enrollment = touch.enrollment
        if self._over(enrollment, now):
            return self._close(touch, TouchState.CANCELLED, now)
        if obstacle := call_obstacle(enrollment.lead, self.batch.suppressed):
            return self._skip(touch, obstacle, now)
        outcome = self.behavior.to_call()
        self.batch.facts.outcomes[enrollment.pk] = outcome
        self.tally.count("called", touch, now)
        if outcome == CallOutcome.NO_ANSWER and tries < touch.step.max_attempts:
            return self._offer(touch, now + NEXT_TRY, tries + 1)
        if outcome in SPOKE:
            self.tally.count("reached", touch, now)
        if outcome == CallOutcome.DO_NOT_CALL:
            enrollment.lead.do_not_call = True
        if outcome == CallOutcome.NOT_INTERESTED:
            self._end(enrollment, ExitReason.NOT_INTERESTED, now)
        if outcome == CallOutcome.CONNECTED:
            told = [question for question in self.people.open_questions(enrollment.lead) if self.behavior.tells()]
            self._say(touch, told, Provenance.CALL, now)
        return self._close(touch, TouchState.SENT, now)

    # Both

    def _skip(self, touch: Touch, obstacle: str, now: datetime) -> None:
        self.tally.skip(obstacle, touch, now)
        self._close(touch, TouchState.SKIPPED, now)

    def _close(self, touch: Touch, state: str, now: datetime) -> None:
        """The touch is over: on to the next step, if the enrollment still waits for it."""
        touch.state = state
        if state != TouchState.SKIPPED and (touch.kind == TouchKind.EMAIL or state != TouchState.SENT):
            self.tally.count(state, touch, now)
        enrollment = touch.enrollment
        if enrollment.state == EnrollmentState.ACTIVE and enrollment.position == touch.step.position:
            enrollment.position, enrollment.due_at = touch.step.position + 1, now
            self._advance(enrollment, now)

    def _say(self, touch: Touch, questions: Iterable[Question], provenance: str, now: datetime) -> None:
        """Answers are judged at once by the policy in force."""
        lead = touch.enrollment.lead
        for question in questions:
            if (value := self.behavior.answer(question)) is not None:
                self.people.answer(lead, question, value, provenance, now)
                self.batch.facts.answers[lead.pk][question.key] = value
        if lead.stage == Stage.UNQUALIFIED and self.people.qualifies(lead, now):
            lead.stage = Stage.MQL
            self.tally.count("qualified", touch, now)
            self._over(touch.enrollment, now)
