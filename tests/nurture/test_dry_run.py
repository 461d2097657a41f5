"""What would happen: the dry run takes the real steps, agrees with what then happens, and leaves no trace."""

import json
from collections import Counter
from datetime import time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from leads.models import Answer, Draw, Lead, Question
from nurture.models import CallTask, Enrollment, MailPreference, SendingLimits, Step, StepKind, Topic, Touch
from nurture.services.delivery import deliver
from nurture.services.dispatch import sweep
from nurture.simulating.behavior import Rates
from nurture.simulating.running import DryRunRefused, WhatIf, dry_run
from tests.factories import NOW, LeadFactory, UserFactory
from tests.nurture.conftest import CALL, EMAIL, PHONE, WAIT, later

pytestmark = pytest.mark.django_db
NOBODY_REACTS = Rates(**dict.fromkeys(Rates.names(), 0))
HOURS = {"window_start": time(9), "window_end": time(17), "weekdays": [0, 1, 2, 3, 4]}
ZONES = ("Australia/Lord_Howe", "Asia/Kathmandu", "America/Chicago", "Europe/Berlin", "Pacific/Auckland")
ROWS = (Enrollment, Touch, CallTask, Draw, Answer)


def test_mails_go_out_on_the_days_on_which_they_then_do(make_sequence, mailoutbox):
    sequence = make_sequence(EMAIL, WAIT, EMAIL, WAIT, EMAIL, **HOURS)
    for zone in ZONES:
        LeadFactory(time_zone=zone)
    found = dry_run(sequence=sequence, what_if=WhatIf(leads=5, days=12, rates=NOBODY_REACTS), now=NOW)
    expected = {row["day"]: row["sent"] for row in found.days if row["sent"]}
    assert go_through(12) == expected
    assert sum(expected.values()) == len(mailoutbox) == 15


def go_through(days):
    """For real, with a look every half hour. Mails by day."""
    for half_hours in range(days * 48 + 1):
        now = NOW + timedelta(minutes=30) * half_hours
        for claim in sweep(now=now):
            deliver(touch_id=claim.touch_id, token=claim.token, now=now)
    return Counter(Touch.objects.filter(state="sent").values_list("sent_at__date", flat=True))


def prefer(lead, **wishes):
    topics = wishes.pop("left", [])
    MailPreference.objects.create(email_key=lead.email_key, changed_at=NOW, **wishes).left_topics.set(topics)


def test_wishes_and_the_limit_to_one_person_put_mails_off_as_they_then_do(make_sequence):
    topic = Topic.objects.create(name="Events")
    sequence = make_sequence(EMAIL, WAIT, EMAIL, WAIT, EMAIL, topic=topic)
    paused, weekly, left, _ = LeadFactory.create_batch(4)
    prefer(paused, paused_until=later(days=6, hours=5))
    prefer(weekly, pace="weekly")
    prefer(left, left=[topic])
    SendingLimits.objects.update_or_create(pk=1, defaults={"person_week": 2})
    found = dry_run(sequence=sequence, what_if=WhatIf(leads=4, days=25, rates=NOBODY_REACTS), now=NOW)
    put_off, skipped = found.tally.put_off, found.skips
    assert go_through(25) == {row["day"]: row["sent"] for row in found.days if row["sent"]}
    assert (put_off["person"], put_off["preference"] >= 3, put_off["mailbox"]) == (2, True, 0)
    assert skipped == {"Does not want the topic": 3}


def test_nothing_is_stored_or_sent(make_sequence, defaults, mailoutbox, django_assert_max_num_queries):
    sequence = make_sequence(EMAIL | {"question": Question.objects.get(key="need")}, WAIT, CALL, holdout_percent=30)
    LeadFactory.create_batch(20, phone=PHONE)
    before = list(Lead.objects.values()), [model.objects.count() for model in ROWS]
    with django_assert_max_num_queries(25):
        found = dry_run(sequence=sequence, what_if=WhatIf(leads=20), now=NOW)
    assert (list(Lead.objects.values()), [model.objects.count() for model in ROWS]) == before
    assert found.tally.days
    assert mailoutbox == []


@pytest.mark.parametrize(("limit", "what"), [("mailbox_hour", "mailbox"), ("domain_hour", "domain")])
def test_mails_over_a_limit_go_out_in_later_hours(make_sequence, limit, what):
    sequence = make_sequence(EMAIL)
    for number in range(30):
        LeadFactory(email=f"pat{number}@company.example")
    unlimited = dry_run(sequence=sequence, what_if=WhatIf(leads=30, days=3, rates=NOBODY_REACTS), now=NOW)
    assert (unlimited.busiest_hour, unlimited.waits) == (30, {})
    SendingLimits.objects.update_or_create(pk=1, defaults={limit: 10})
    limited = dry_run(sequence=sequence, what_if=WhatIf(leads=30, days=3, rates=NOBODY_REACTS), now=NOW)
    assert (limited.rows[0]["sent"], limited.busiest_hour, limited.tally.put_off[what]) == (30, 10, 20)


def test_what_went_out_before_counts_for_the_limits(make_sequence):
    sequence, before = make_sequence(EMAIL, priority=1), make_sequence(EMAIL, key="before", priority=2)
    leads = LeadFactory.create_batch(3)
    SendingLimits.objects.update_or_create(pk=1, defaults={"person_week": 1, "mailbox_day": 4})
    assert go_through(0).total() == 3
    assert Touch.objects.filter(enrollment__sequence=before).count() == 3
    found = dry_run(sequence=sequence, what_if=WhatIf(leads=3, days=5, rates=NOBODY_REACTS), now=later(hours=1))
    assert (found.leads, found.tally.put_off["person"], found.busiest_hour) == (len(leads), 3, 0)
    LeadFactory.create_batch(2)
    found = dry_run(sequence=sequence, what_if=WhatIf(leads=5, days=2, rates=NOBODY_REACTS), now=later(hours=1))
    assert (found.tally.put_off["mailbox"], found.rows[0]["sent"]) == (1, 2)


@pytest.mark.parametrize("leads", [2, 20])
def test_query_count_does_not_depend_on_how_many_want_fewer_mails(make_sequence, leads, django_assert_max_num_queries):
    sequence = make_sequence(EMAIL, WAIT, EMAIL)
    for lead in LeadFactory.create_batch(leads):
        prefer(lead, pace="monthly")
    with django_assert_max_num_queries(27):
        found = dry_run(sequence=sequence, what_if=WhatIf(leads=leads, days=40, rates=NOBODY_REACTS), now=NOW)
    assert (found.tally.put_off["preference"], found.rows[-1]["sent"]) == (leads, leads)


def test_same_seed_same_figures(make_sequence, defaults):
    sequence = make_sequence(EMAIL, WAIT, CALL, WAIT, EMAIL)
    LeadFactory.create_batch(30, phone=PHONE)

    def figures(seed):
        return dry_run(sequence=sequence, what_if=WhatIf(leads=30, seed=seed), now=NOW).as_json()

    assert figures(1) == figures(1)
    assert figures(1) != figures(2)


def test_whoever_answers_enough_is_qualified_by_the_policy_in_force(make_sequence, defaults):
    sequence = make_sequence(CALL)
    LeadFactory.create_batch(40, phone=PHONE)
    everybody_talks = Rates(connected=100, tells=100, not_interested=0, do_not_call=0)
    found = dry_run(sequence=sequence, what_if=WhatIf(leads=40, rates=everybody_talks), now=NOW)
    assert 0 < found.ends["qualified"] < 40  # the answers are drawn, and not all of them are good ones
    assert found.ends["qualified"] + found.ends["finished"] == 40


def test_branch_sees_what_the_dice_did(make_sequence):
    branch = {"kind": StepKind.BRANCH, "field": "clicked", "value": ["yes"], "goes_to": "thanks"}
    sequence = make_sequence(EMAIL, WAIT, branch, CALL, {"kind": StepKind.END}, EMAIL | {"name": "thanks"})
    LeadFactory.create_batch(10, phone=PHONE)
    for share, positions in ((0, {1, 4}), (100, {1, 6})):
        rates = Rates(bounces=0, opts_out=0, replies=0, answers=0, clicks=share)
        found = dry_run(sequence=sequence, what_if=WhatIf(leads=10, days=60, rates=rates), now=NOW)
        assert {row["step"] for row in found.rows} == positions


def test_loop_ends_after_its_rounds(make_sequence):
    again = {"kind": StepKind.GO_TO, "goes_to": "first"}
    sequence = make_sequence(EMAIL | {"name": "first"}, WAIT, again, max_rounds=3)
    LeadFactory()
    found = dry_run(sequence=sequence, what_if=WhatIf(leads=1, days=90, rates=NOBODY_REACTS), now=NOW)
    assert (found.rows[0]["sent"], found.ends["finished"]) == (3, 1)


def test_held_out_leads_are_those_that_are_then_held_out(make_sequence):
    sequence = make_sequence(EMAIL, holdout_percent=40)
    LeadFactory.create_batch(30)
    found = dry_run(sequence=sequence, what_if=WhatIf(leads=30), now=NOW)
    sweep(now=NOW)
    assert found.held_out == 30 - Enrollment.objects.count() == Draw.objects.filter(arm__key="hold-out").count()


def test_draft_that_could_not_be_published_is_refused_with_what_is_wrong(make_sequence):
    with pytest.raises(DryRunRefused, match="has no e-mail and no call"):
        dry_run(sequence=make_sequence(WAIT, publish=False), what_if=WhatIf(), now=NOW)


def test_without_leads_there_is_nothing(make_sequence):
    found = dry_run(sequence=make_sequence(EMAIL), what_if=WhatIf(), now=NOW)
    assert (found.leads, found.rows, found.busiest_hour) == (0, [], 0)


def test_command_prints_a_table_and_json(make_sequence, time_machine):
    time_machine.move_to(later(hours=1))
    make_sequence(EMAIL)
    LeadFactory()
    assert "Most mails in one hour: 1" in run("test", "--leads", "1", "--days", "2")
    found = json.loads(run("test", "--format", "json", "--opts-out", "0"))
    assert (found["leads"], len(found["days"]), found["steps"][0]["sent"]) == (1, 31, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "There is no sequence “nothing”. There are: test."),
        (["test", "--sequence-version", "9"], "There is no sequence “test”, version 9. There are: test."),
        (["test", "--leads", "0"], "--leads: Ensure this value is greater than or equal to 1."),
        (["test", "--days", "many"], "--days: Enter a whole number."),
        (["test", "--clicks", "99", "--answers", "2"], "--clicks: Together with those above this is more than 100 %."),
    ],
)
def test_bad_argument_is_one_clear_line(make_sequence, arguments, message):
    make_sequence(EMAIL)
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert str(refused.value) == message


def test_page_shows_days_and_steps_to_marketing_only(client, make_sequence, time_machine, mailoutbox):
    time_machine.move_to(later(hours=1))
    sequence = make_sequence(EMAIL)
    LeadFactory()
    url = reverse("admin:nurture_sequence_dry_run", args=[sequence.pk])
    client.force_login(UserFactory(marketing_manager=True))
    assert "Try it out" in client.get(url).content.decode()
    page = client.get(url, {"leads": "1", "days": "2"}).content.decode()
    assert ("E-mails, step by step" in page, "Calls, step by step" in page) == (True, False)
    assert "Nothing: each went out at once." in page
    prefer(Lead.objects.get(), paused_until=later(days=1))
    waits = client.get(url, {"leads": "1", "days": "2"}).content.decode()
    assert ("a pause, or fewer mails" in waits, "Why some were skipped" in waits) == (True, False)
    Lead.objects.update(email_opt_out=True, phone=PHONE)
    Step.objects.create(sequence=sequence, position=1, **CALL)
    skips = client.get(url, {"leads": "1", "days": "2"}).content.decode().split("Why some were skipped")[1]
    assert "Opted out" in skips.split("Mails sent a day")[0]
    assert "<rect" in page
    assert "Ensure this value" in client.get(url, {"leads": "0", "days": "2"}).content.decode()
    assert (Touch.objects.count(), mailoutbox) == (0, [])
    client.force_login(UserFactory())
    assert client.get(url).status_code in (302, 403)


def run(*arguments):
    out = StringIO()
    call_command("simulate_sequence", *arguments, stdout=out)
    return out.getvalue()
