"""Answers: whose they are and what follows. Sending and receiving go through the real services."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities.services import log_activity
from crm.people.models import Notice
from leads.models import Engagement, Lead
from leads.services.merging import merge_leads
from nurture import today
from nurture.inbound.receiving import AttachRefused, attach, receive
from nurture.mail.senders import SEAL, reply_address, reply_token
from nurture.models import InboundMail, Suppression, Touch
from tests.factories import NOW, LeadFactory, TeamFactory, UserFactory
from tests.leads.test_engagement import policy as policy
from tests.nurture.conftest import EMAIL, later
from tests.nurture.letters import answer

pytestmark = pytest.mark.django_db


def take(letter, now=NOW):
    return receive(letter, source="test", now=now)


def state(touch) -> tuple[str, str]:
    touch.enrollment.refresh_from_db()
    return touch.enrollment.state, touch.enrollment.exit_reason


def test_reply_ends_the_enrollment_counts_as_contact_and_is_told_to_the_owner(sent):
    owner = UserFactory()
    touch = sent(lead=LeadFactory(owner=owner))
    mail = take(answer(touch))
    lead = touch.enrollment.lead
    lead.refresh_from_db()
    assert (mail.kind, mail.lead, mail.touch, mail.matched_by) == ("reply", lead, touch, "thread")
    assert state(touch) == ("exited", "replied")
    assert (lead.engaged_at, [e.kind for e in lead.engagements.all()]) == (NOW, ["reply"])
    notice = Notice.objects.get(user=owner)
    assert (notice.title, notice.body) == (f"{lead} replied: Re: Hello", "Yes, please call me.")


def test_same_mail_counts_once_however_often_and_by_whichever_way_it_comes(sent):
    touch = sent(lead=LeadFactory(owner=UserFactory()))
    first, second = take(answer(touch)), receive(answer(touch), source="elsewhere", now=later(days=1))
    assert (first is None, second) == (False, None)
    assert [Engagement.objects.count(), Notice.objects.count(), InboundMail.objects.count()] == [1, 1, 1]


def test_reply_from_another_address_is_matched_by_what_it_answers(sent):
    touch = sent()
    assert take(answer(touch, From="assistant@elsewhere.example")).lead == touch.enrollment.lead


def test_reply_that_answers_a_later_mail_of_the_thread_is_matched_by_the_references(sent):
    touch = sent()
    letter = answer(
        touch, In_Reply_To="<other@x.example>", References=f"<{touch.uuid}@ripen.example> <other@x.example>"
    )
    assert take(letter).touch == touch


def test_new_mail_is_matched_by_its_sender_in_every_spelling(sent):
    touch = sent(lead=LeadFactory(email="pat.prospect@gmail.com"))
    mail = take(answer(From="Pat <PatProspect+x@googlemail.com>"))
    assert (mail.lead, mail.touch, mail.matched_by) == (touch.enrollment.lead, touch, "sender")


def test_sender_that_the_mail_server_found_to_be_forged_is_nobody(sent):
    touch = sent()
    forged = {"From": touch.recipient, "Authentication_Results": "mx.ripen.example; spf=pass; dmarc=fail action=none"}
    assert (take(answer(**forged)).kind, state(touch)[0]) == ("unmatched", "active")


def test_reply_to_a_merged_lead_is_the_survivors(sent):
    touch, survivor = sent(), LeadFactory()
    merge_leads(survivor=survivor, duplicate=touch.enrollment.lead, by=UserFactory(sales_manager=True), now=NOW)
    assert take(answer(touch)).lead == survivor


@pytest.mark.parametrize("headers", [{"auto_submitted": "auto-replied"}, {"subject": "Automatic reply: Hello"}])
def test_out_of_office_is_kept_and_ends_nothing(sent, headers):
    touch = sent(lead=LeadFactory(owner=UserFactory()))
    mail = take(answer(touch, **headers))
    assert (mail.kind, mail.lead, state(touch)) == ("automatic", touch.enrollment.lead, ("active", ""))
    assert [Engagement.objects.count(), Notice.objects.count()] == [0, 0]


def test_stop_as_the_whole_answer_opts_out(sent):
    touch = sent(lead=LeadFactory(owner=UserFactory()))
    mail = take(answer(touch, "STOP\n\nOn 10 March 2026, Ada wrote:\n> Hello", From="other@mail.example"))
    assert (mail.kind, state(touch)) == ("opt_out", ("exited", "opted_out"))
    keys = sorted(Suppression.objects.values_list("key", "reason"))
    assert keys == sorted([("other@mail.example", "opt_out"), (touch.recipient, "opt_out")])
    assert (Lead.objects.get(pk=touch.enrollment.lead_id).email_opt_out, Engagement.objects.count()) == (True, 0)


def test_mail_of_a_colleague_in_the_thread_is_no_reply(sent):
    touch, colleague = sent(), UserFactory()
    assert (take(answer(touch, From=colleague.email.upper())).kind, state(touch)[0]) == ("colleague", "active")


def test_mail_from_nobody_is_kept_and_can_be_given_to_a_lead(sent):
    touch, marketing = sent(), UserFactory(marketing_manager=True)
    mail = take(answer())
    assert (mail.kind, list(InboundMail.objects.to_look_at())) == ("unmatched", [mail])
    attach(mail=mail, lead=touch.enrollment.lead, by=marketing, now=NOW)
    assert (state(touch), touch.enrollment.lead.engagements.count()) == (("exited", "replied"), 1)
    with pytest.raises(AttachRefused, match="no longer open: reply"):
        attach(mail=mail, lead=touch.enrollment.lead, by=marketing, now=NOW)


def test_reply_of_a_lead_without_owner_is_told_to_those_who_assign_leads(sent):
    manager, team_manager = UserFactory(sales_manager=True), UserFactory()
    take(answer(sent()))
    assert list(Notice.objects.values_list("user", flat=True)) == [manager.pk]
    take(answer(sent(key="two", lead=LeadFactory(team=TeamFactory(manager=team_manager)))))
    assert Notice.objects.filter(user=team_manager).count() == 1


def test_reply_that_meets_the_policy_qualifies_the_lead(sent, policy):
    policy(40, {"engagement": "reply", "operator": "at_least", "value": 1, "points": 40})
    touch = sent()
    take(answer(touch))
    lead = Lead.objects.get(pk=touch.enrollment.lead_id)
    assert (lead.stage, lead.path, state(touch)) == ("mql", "nurtured", ("exited", "replied"))


def test_answer_to_a_mail_that_was_never_sent_is_nobodys(enrolled):
    touch = enrolled(EMAIL).touches.get()
    touch.recipient = "x@y.example"
    assert take(answer(touch)).kind == "unmatched"


def test_reply_to_the_mails_own_address_is_matched_by_it(sent, settings):
    settings.REPLY_TO = "answers+{token}@ripen.example"
    touch = sent()
    for header in ("To", "Delivered-To"):
        other = {"From": f"{header}@elsewhere.example", "In-Reply-To": "", header: reply_address(touch).upper()}
        mail = take(answer(touch, **other))
        assert (mail.lead, mail.matched_by) == (touch.enrollment.lead, "address")


def test_reply_address_that_was_edited_is_nobodys(sent, settings):
    settings.REPLY_TO = "answers+{token}@ripen.example"
    touch = sent()
    ours = reply_address(touch)
    forged = ours.replace(reply_token(touch.uuid), touch.uuid.hex + "0" * SEAL)  # a touch of ours, its seal guessed
    strange = {"From": "x@elsewhere.example", "In-Reply-To": ""}
    kinds = [take(answer(touch, text=to, To=to, **strange)).kind for to in (forged, ours)]
    assert (kinds, state(touch)) == (["unmatched", "reply"], ("exited", "replied"))


def test_reply_that_names_the_providers_id_is_matched(sent):
    touch = sent()
    Touch.objects.filter(pk=touch.pk).update(provider_id="<abc@provider.example>")
    mail = take(answer(touch, From="x@elsewhere.example", In_Reply_To="<abc@provider.example>"))
    assert (mail.touch, mail.matched_by) == (touch, "thread")


def test_todays_replies_are_those_of_own_leads_until_somebody_called(client, sent):
    rep, other, manager = UserFactory(), UserFactory(), UserFactory(sales_manager=True)
    mine, nobodys = sent(lead=LeadFactory(owner=rep)), sent(key="two", lead=LeadFactory())
    now = timezone.now()
    for touch in (mine, nobodys):
        take(answer(touch, text=touch.recipient), now=now - timedelta(hours=1))
    take(answer(mine, auto_submitted="auto-replied"), now=now - timedelta(hours=1))

    def shown(user) -> list[str]:
        return [mail.lead_id for section in today.sections(user, now=now) for mail in section.context["replies"]]

    assert [shown(rep), shown(other), shown(manager)] == [[mine.enrollment.lead_id], [], [nobodys.enrollment.lead_id]]
    client.force_login(rep)
    page = client.get("/").content.decode()
    assert ("Replies" in page, mine.recipient in page, nobodys.recipient in page) == (True, True, False)
    log_activity(about=mine.enrollment.lead, kind="note", body="Must call", by=rep, now=now)
    assert shown(rep) == [mine.enrollment.lead_id]
    log_activity(about=mine.enrollment.lead, kind="call", body="Spoke", by=rep, now=now)
    assert shown(rep) == []
