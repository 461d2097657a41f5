from datetime import timedelta

import pytest

from activities.models import Activity
from crm.opportunities.models import Competitor
from crm.outbox.models import StoredEmail
from crm.people.exchange import ExchangeRate
from crm.people.models import Company, FreeDay, Quota, Territory
from leads.models import CaughtSubmission, Channel, Lead, NamedPage, Provenance, Reason
from leads.services.conversion import ConversionChoice, convert_lead
from leads.services.intake import Submission, take_inquiry
from leads.services.lifecycle import accept_lead
from leads.services.research import identify_project
from nurture.models import (
    CallAttempt,
    CallTask,
    Enrollment,
    InboundMail,
    Mailbox,
    MailEvent,
    MailPreference,
    RefusedPost,
    SendingLimits,
    Sequence,
    Step,
    Suppression,
    Topic,
    Touch,
)
from nurture.services.mailboxes import save_mailbox
from tests.factories import (
    NOW,
    CampaignFactory,
    CustomFieldFactory,
    RoutingRuleFactory,
    SourceFactory,
    TeamFactory,
    UserFactory,
)

QUALIFYING = {"need": "new", "desire": "must", "time_frame": "month", "budget": "to_25k", "authority": "decide"}


@pytest.fixture
def admin_as(client, db):
    """admin_as("administrator"): a client that is logged in with that role."""

    def log_in(role):
        client.force_login(UserFactory(role=role))
        return client

    return log_in


@pytest.fixture
def lead_with_history(defaults) -> Lead:
    """Self-qualified, routed, accepted, converted; everything that hangs on a lead exists once."""
    rep = UserFactory(team=TeamFactory())
    RoutingRuleFactory(members=[rep])
    lead = _inquire(defaults, "ada@lovelace.example", QUALIFYING)
    accept_lead(lead=lead, by=rep, now=NOW)
    identify_project(at=lead, fields={"name": "Plant"}, by=rep, now=NOW)
    convert_lead(lead=lead, by=rep, now=NOW, choice=ConversionChoice())
    return Lead.objects.get(pk=lead.pk)


def _inquire(form, email, answers):
    submission = Submission(
        channel=Channel.FORM,
        provenance=Provenance.FORM,
        payload={"email": email},
        form=form,
        source=SourceFactory(),
        campaign=CampaignFactory(),
        email=email,
        company="Lovelace Ltd",
        answers=answers,
    )
    return take_inquiry(submission=submission, now=NOW).lead


@pytest.fixture
def sequence(db) -> Sequence:
    sequence = Sequence.objects.create(key="welcome", name="Welcome")
    Step.objects.create(
        sequence=sequence, position=1, kind="email", subject="Hello", body="Hello {{ lead.first_name }}"
    )
    Step.objects.create(sequence=sequence, position=2, kind="wait", wait_days=3)
    Step.objects.create(sequence=sequence, position=3, kind="call", script="Ask.")
    return sequence


@pytest.fixture
def one_of_each(lead_with_history, sequence, defaults):
    """At least one record of every model that the admin knows."""
    lead = _inquire(defaults, "bob@vague.example", {"need": "looking"})
    rep = lead_with_history.owner
    enrollment = Enrollment.objects.create(lead=lead, sequence=sequence, enrolled_at=NOW, due_at=NOW)
    email, _wait, call = sequence.steps.all()
    Touch.objects.create(enrollment=enrollment, step=email, kind="email", due_at=NOW, state="failed", error="550 no")
    touch = Touch.objects.create(enrollment=enrollment, step=call, kind="call", due_at=NOW)
    task = CallTask.objects.create(touch=touch, lead=lead, assignee=rep, due_at=NOW)
    CallAttempt.objects.create(task=task, by=rep, at=NOW, outcome="no_answer")
    mailbox = save_mailbox(mailbox=Mailbox(name="Sales", host="imap.x.example", user="x"), password="x", changed=[])
    InboundMail.objects.create(digest="1", mailbox=mailbox, source="Sales", subject="<b>Hi</b>", received_at=NOW)
    MailEvent.objects.create(provider="x", event_id="1", kind="delivered", touch=touch, at=NOW, received_at=NOW)
    RefusedPost.objects.create(source="webhook", reason="The signature is wrong", day=NOW.date(), last_at=NOW)
    Topic.objects.create(name="Events")
    MailPreference.objects.create(email_key="some@times.example", changed_at=NOW)
    Suppression.objects.create(kind="email", key="no@more.example", reason="opt_out", created_at=NOW)
    Activity.objects.create(lead=lead, by=rep, at=NOW, body="Called <b>twice</b>")
    StoredEmail.objects.create(message_id="<1@ripen>", sender="a@b.example", recipients="c@d.example", sent_at=NOW)
    FreeDay.objects.create(day=NOW.date(), name="Founding day")
    Territory.objects.create(name="North").owners.create(user=rep, since=NOW.date())
    Quota.objects.create(
        user=rep, starts_on=NOW.date(), ends_on=NOW.date() + timedelta(days=90), amount=1000, currency="USD"
    )
    ExchangeRate.objects.create(currency="EUR", into="USD", on=NOW.date(), rate=1)
    Competitor.objects.create(name="Acme")
    CustomFieldFactory(kind="choice", choices=["small", "large"])
    NamedPage.objects.create(key="pricing", name="Pricing")
    CaughtSubmission.objects.create(form=defaults, why="trap", caught_at=NOW, payload={"email": "robot@x.example"})
    Company.current()
    SendingLimits.current()
    assert Reason.objects.exists()
