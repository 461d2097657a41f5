from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from crm.campaigns.models import Path
from leads.facts import current_answers
from leads.models import Answer, Conversion, Decision, Inquiry, Lead, LeadMerge, Provenance, Reason, Stage
from leads.models.lead import KEYS
from leads.services.conversion import ConversionChoice, convert_lead
from leads.services.intake import take_inquiry
from leads.services.lifecycle import StageChanged, accept_lead, disqualify_lead, reject_lead
from leads.services.marks import opt_out_of_calls, opt_out_of_email
from leads.services.merging import MergeRefused, merge_leads, undo_merge
from leads.services.qualification import give_answers
from tests.factories import NOW, CampaignFactory, LeadFactory, SourceFactory, TeamFactory, UserFactory
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)

SWEPT = ("version", "decide_again_at")


def state(*leads):
    """All columns of the leads, but the count of changes and when the sweep is to look at them."""
    rows = Lead.objects.filter(pk__in=[lead.pk for lead in leads]).order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in SWEPT} for row in rows]


def reject(lead, rep):
    reason = Reason.objects.get(purpose="recycle", name="Not ready yet")
    return reject_lead(lead=lead, reason=reason, by=rep, now=NOW)


def test_survivor_keeps_what_it_has_and_is_filled_where_empty(couple, merge, rep):
    survivor, duplicate = couple(
        {"first_name": "Ada", "email": "ada@x.example"},
        {"first_name": "A.", "last_name": "Lovelace", "email": "ada@y.example", "phone": "+44201234567"},
    )
    merge(survivor, duplicate, by=rep)
    assert (survivor.name, survivor.email, survivor.phone) == ("Ada Lovelace", "ada@x.example", "+44201234567")
    assert duplicate.merged_into == survivor
    assert (duplicate.first_name, duplicate.email) == ("A.", "ada@y.example")
    assert list(Lead.objects.live()) == [survivor]


def test_address_is_taken_whole_or_not_at_all(couple, merge):
    mixed = couple({"country": "GB"}, {"city": "Paris", "country": "FR"})
    merge(*mixed)
    assert (mixed[0].city, mixed[0].country) == ("", "GB")
    empty = couple({}, {"city": "Paris", "country": "FR"})
    merge(*empty)
    assert (empty[0].city, empty[0].country) == ("Paris", "FR")


def test_source_and_campaign_stay_together(couple, merge):
    own, other = SourceFactory(), SourceFactory()
    survivor, duplicate = couple({"source": own}, {"source": other, "campaign": CampaignFactory()})
    merge(survivor, duplicate)
    assert (survivor.source, survivor.campaign) == (own, None)


def test_filled_email_address_finds_the_survivor_from_then_on(couple, merge, submission, defaults):
    survivor, duplicate = couple({"phone": "+44201234567"}, {"email": "ada@lovelace.example"})
    merge(survivor, duplicate)
    assert survivor.email_key == "ada@lovelace.example"
    assert take_inquiry(submission=submission(), now=LATER).lead == survivor


@pytest.mark.parametrize("field", ["email_opt_out", "do_not_call"])
@pytest.mark.parametrize("whose", [0, 1])
def test_opt_out_of_either_counts(couple, merge, field, whose):
    leads = couple()
    Lead.objects.filter(pk=leads[whose].pk).update(**{field: True})
    merge(*leads)
    assert getattr(leads[0], field) is True


def test_first_inquiry_touch_and_contact_of_the_two_count(couple, merge):
    early, late = NOW - timedelta(days=30), NOW + timedelta(days=30)
    survivor, duplicate = couple(
        {"touched_at": NOW}, {"first_inquiry_at": early, "last_inquiry_at": late, "engaged_at": early}
    )
    merge(survivor, duplicate)
    assert (survivor.first_inquiry_at, survivor.last_inquiry_at) == (early, late)
    assert (survivor.touched_at, survivor.engaged_at) == (NOW, early)


def test_lead_without_an_owner_gets_the_duplicates_with_the_team(couple, merge, rep):
    team = TeamFactory()
    survivor, duplicate = couple({}, {"owner": rep, "team": team})
    merge(survivor, duplicate)
    assert (survivor.owner, survivor.team) == (rep, team)
    assert [(entry.to, entry.note) for entry in survivor.assignments.all()] == [(rep, f"Merged with {duplicate}")]


def test_owner_of_the_survivor_stays(couple, merge, rep):
    survivor, duplicate = couple({"owner": rep}, {"owner": UserFactory(), "team": TeamFactory()})
    merge(survivor, duplicate)
    assert (survivor.owner, survivor.team) == (rep, None)


def test_inquiries_and_answers_move_and_the_newest_answer_counts(merge, submission, defaults):
    first = take_inquiry(submission=submission(email="a@x.example", answers={"budget": "none"}), now=NOW).lead
    second = take_inquiry(submission=submission(email="b@x.example", answers={"budget": "to_5k"}), now=LATER).lead
    merge(first, second, now=LATER)
    assert first.inquiries.count() == 2
    assert current_answers(first)["budget"].value == "to_5k"
    assert (second.inquiries.count(), second.answers.count()) == (0, 0)
    assert second.decisions.count() == 1  # made about the lead that it was


def test_answers_of_both_together_can_qualify(merge, submission, defaults):
    half = {"need": "new", "desire": "must"}
    rest = {key: value for key, value in QUALIFYING.items() if key not in half}
    survivor = take_inquiry(submission=submission(email="a@x.example", answers=half), now=NOW).lead
    duplicate = take_inquiry(submission=submission(email="b@x.example", answers=rest), now=NOW).lead
    merge(survivor, duplicate, now=LATER)
    assert (survivor.stage, survivor.path) == (Stage.MQL, Path.SELF_QUALIFIED)
    assert survivor.score == Decision.objects.filter(lead=survivor).last().score


def test_merge_with_nothing_new_decides_nothing(merge, submission, defaults, rep):
    """A lead that was rejected with a reason isn't sent back to sales by merging an empty one into it."""
    survivor = take_inquiry(submission=submission(answers=QUALIFYING), now=NOW).lead
    survivor.refresh_from_db()
    reject(accept_lead(lead=survivor, by=rep, now=NOW), rep)
    merge(survivor, LeadFactory(), now=LATER)
    assert survivor.stage == Stage.UNQUALIFIED


def test_path_of_the_duplicate_counts_where_the_survivor_has_none(merge, submission, defaults, rep):
    duplicate = take_inquiry(submission=submission(answers=QUALIFYING), now=NOW).lead
    duplicate.refresh_from_db()
    reject(accept_lead(lead=duplicate, by=rep, now=NOW), rep)
    survivor = LeadFactory()
    merge(survivor, duplicate, now=LATER)
    assert (survivor.path, survivor.reached_sales_at) == (Path.SELF_QUALIFIED, NOW)


def test_path_of_the_survivor_never_changes(couple, merge):
    survivor, duplicate = couple(
        {"path": Path.NURTURED, "reached_sales_at": LATER}, {"path": Path.SELF_QUALIFIED, "reached_sales_at": NOW}
    )
    merge(survivor, duplicate)
    assert (survivor.path, survivor.reached_sales_at) == (Path.NURTURED, LATER)


@pytest.fixture
def converted(submission, defaults, rep):
    def make(email):
        lead = take_inquiry(submission=submission(email=email, answers=QUALIFYING), now=NOW).lead
        lead.refresh_from_db()
        lead = accept_lead(lead=lead, by=rep, now=NOW)
        convert_lead(lead=lead, by=rep, now=NOW, choice=ConversionChoice())
        lead.refresh_from_db()
        return lead

    return make


def test_converted_lead_is_not_merged_away(converted):
    lead, other = converted("a@x.example"), LeadFactory()
    with pytest.raises(MergeRefused, match="is converted: keep it"):
        merge_leads(survivor=other, duplicate=lead, by=None, now=NOW)
    assert Lead.objects.live().count() == 2


def test_two_converted_leads_are_not_merged(converted):
    with pytest.raises(MergeRefused, match="Two conversions cannot be merged"):
        merge_leads(survivor=converted("a@x.example"), duplicate=converted("b@y.example"), by=None, now=NOW)


def test_lead_is_merged_into_a_converted_one(converted, merge):
    lead, other = converted("a@x.example"), LeadFactory(phone="+44201234567")
    merge(lead, other, now=LATER)
    assert (lead.stage, lead.phone, Conversion.objects.get().lead) == (Stage.CONVERTED, "+44201234567", lead)


def test_lead_further_along_is_the_one_to_keep(merge, submission, defaults):
    qualified = take_inquiry(submission=submission(answers=QUALIFYING), now=NOW).lead
    qualified.refresh_from_db()
    with pytest.raises(MergeRefused, match=r"is further along \(marketing-qualified\): keep it"):
        merge_leads(survivor=LeadFactory(), duplicate=qualified, by=None, now=NOW)


def test_open_lead_is_not_lost_in_a_disqualified_one(defaults, rep):
    gone, here = LeadFactory(), LeadFactory()
    gone = disqualify_lead(lead=gone, reason=Reason.objects.get(name="Competitor"), by=rep, now=NOW)
    with pytest.raises(MergeRefused, match="further along"):
        merge_leads(survivor=gone, duplicate=here, by=rep, now=NOW)


def test_lead_is_not_merged_with_itself_or_twice(couple, merge):
    survivor, duplicate = couple()
    merge(survivor, duplicate)
    for pair in [(survivor, survivor), (survivor, duplicate), (duplicate, LeadFactory()), (LeadFactory(), duplicate)]:
        with pytest.raises(MergeRefused):
            merge_leads(survivor=pair[0], duplicate=pair[1], by=None, now=NOW)
    assert LeadMerge.objects.count() == 1


def test_tombstones_point_to_the_lead_that_lives(couple, merge):
    (first, second), third = couple(), LeadFactory()
    merge(second, first)
    merge(third, second)
    assert set(third.merged.all()) == {first, second}


def test_tombstone_does_not_move(couple, merge, rep):
    survivor, duplicate = couple()
    merge(survivor, duplicate)
    with pytest.raises(StageChanged):
        accept_lead(lead=duplicate, by=rep, now=NOW)


def test_database_refuses_to_merge_a_lead_away_twice(couple, merge):
    survivor, duplicate = couple()
    merge(survivor, duplicate)
    with pytest.raises(IntegrityError), transaction.atomic():
        LeadMerge.objects.create(survivor=LeadFactory(), duplicate=duplicate, merged_at=NOW)


def test_answer_to_a_tombstone_reaches_the_survivor(couple, merge, defaults):
    survivor, duplicate = couple()
    merge(survivor, duplicate)
    give_answers(lead=duplicate, answers=QUALIFYING, provenance=Provenance.LINK, now=LATER)
    survivor.refresh_from_db()
    assert (survivor.stage, survivor.answers.count(), duplicate.answers.count()) == (Stage.MQL, 5, 0)


@pytest.mark.parametrize("who", [{"email": "old@x.example"}, {"email": "", "phone": "+44201234567"}])
def test_inquiry_from_an_address_that_was_merged_away_reaches_the_survivor(couple, merge, submission, defaults, who):
    survivor, duplicate = couple({"email": "ada@x.example", "phone": "+44209999999"}, who)
    merge(survivor, duplicate)
    intake = take_inquiry(submission=submission(**({"phone": ""} | who)), now=LATER)
    assert (intake.lead, intake.created) == (survivor, False)
    assert Lead.objects.count() == 2


# Undo


@pytest.fixture
def rich(submission, defaults, rep):
    """Survivor and duplicate that differ in every way a merge touches."""
    survivor = take_inquiry(submission=submission(email="a@x.example", company="", first_name=""), now=LATER).lead
    answers = {"budget": "to_25k", "need": "new"}
    duplicate = take_inquiry(
        submission=submission(
            email="b@x.example",
            phone="+44201234567",
            city="Bath",
            country="gb",
            source=SourceFactory(),
            answers=answers,
        ),
        now=NOW,
    ).lead
    team = TeamFactory()
    Lead.objects.filter(pk=duplicate.pk).update(owner=rep, team=team, touched_at=NOW, engaged_at=NOW)
    survivor.refresh_from_db()
    duplicate.refresh_from_db()
    return survivor, duplicate


def test_undo_restores_both_leads_exactly(rich, merge, rep):
    survivor, duplicate = rich
    before = state(*rich)
    rows = [(list(lead.inquiries.values()), list(lead.answers.values())) for lead in rich]
    done = merge(survivor, duplicate, by=rep)
    assert state(*rich) != before
    undo_merge(merge=done, by=rep, now=LATER)
    assert state(*rich) == before
    assert [(list(lead.inquiries.values()), list(lead.answers.values())) for lead in rich] == rows
    done.refresh_from_db()
    assert (done.undone_at, done.undone_by) == (LATER, rep)


def test_undo_counts_a_change_of_both(rich, merge):
    survivor, duplicate = rich
    versions = survivor.version, duplicate.version
    undo_merge(merge=merge(*rich), by=None, now=LATER)
    for lead, version in zip(rich, versions, strict=True):
        lead.refresh_from_db()
        assert lead.version > version + 1


def test_undo_leaves_what_was_changed_since(rich, merge):
    survivor, _ = rich
    done = merge(*rich)
    Lead.objects.filter(pk=survivor.pk).update(phone="+44207777777")
    undo_merge(merge=done, by=None, now=LATER)
    survivor.refresh_from_db()
    assert (survivor.phone, survivor.city) == ("+44207777777", "")


def test_undo_leaves_what_came_in_since_with_the_survivor(rich, merge, submission):
    survivor, duplicate = rich
    done = merge(*rich)
    take_inquiry(submission=submission(email=duplicate.email, payload={"new": 1}), now=LATER + timedelta(hours=1))
    undo_merge(merge=done, by=None, now=LATER + timedelta(hours=2))
    assert (survivor.inquiries.count(), duplicate.inquiries.count()) == (2, 1)


def test_undo_never_lifts_an_opt_out(couple, merge):
    survivor, duplicate = couple({}, {"email_opt_out": True})
    done = merge(survivor, duplicate)
    undo_merge(merge=done, by=None, now=LATER)
    survivor.refresh_from_db()
    assert survivor.email_opt_out is True


def test_opt_out_while_merged_counts_for_both_afterwards(couple, merge):
    survivor, duplicate = couple()
    done = merge(survivor, duplicate)
    opt_out_of_email(lead=survivor)
    opt_out_of_calls(lead=survivor)
    duplicate = undo_merge(merge=done, by=None, now=LATER)
    assert (duplicate.email_opt_out, duplicate.do_not_call) == (True, True)


def test_undo_is_possible_for_thirty_days(couple, merge):
    done = merge(*couple())
    with pytest.raises(MergeRefused, match="for 30 days"):
        undo_merge(merge=done, by=None, now=NOW + timedelta(days=30, seconds=1))
    undo_merge(merge=done, by=None, now=NOW + timedelta(days=30))


def test_undo_happens_once(couple, merge):
    done = merge(*couple())
    undo_merge(merge=done, by=None, now=LATER)
    with pytest.raises(MergeRefused, match="undone already"):
        undo_merge(merge=done, by=None, now=LATER)


def test_merges_are_undone_in_reverse(couple, merge):
    (first, second), third = couple(), LeadFactory()
    before = state(first, second, third)
    one, two = merge(second, first), merge(third, second)
    with pytest.raises(MergeRefused, match="undo that merge first"):
        undo_merge(merge=one, by=None, now=LATER)
    undo_merge(merge=two, by=None, now=LATER)
    undo_merge(merge=one, by=None, now=LATER)
    assert state(first, second, third) == before


def test_merge_is_not_undone_after_the_survivor_was_converted(merge, submission, defaults, rep):
    survivor = take_inquiry(submission=submission(answers=QUALIFYING), now=NOW).lead
    survivor.refresh_from_db()
    survivor = accept_lead(lead=survivor, by=rep, now=NOW)
    done = merge(survivor, LeadFactory())
    convert_lead(lead=survivor, by=rep, now=LATER, choice=ConversionChoice())
    with pytest.raises(MergeRefused, match="was converted since"):
        undo_merge(merge=done, by=rep, now=LATER)


def test_path_that_counted_since_the_merge_stays_after_the_undo(merge, submission, defaults, rep):
    duplicate = take_inquiry(submission=submission(answers=QUALIFYING), now=NOW).lead
    duplicate.refresh_from_db()
    reject(accept_lead(lead=duplicate, by=rep, now=NOW), rep)
    survivor = LeadFactory()
    done = merge(survivor, duplicate, now=LATER)
    survivor = accept_lead(lead=survivor, by=rep, now=LATER + timedelta(hours=1))
    undo_merge(merge=done, by=rep, now=LATER + timedelta(hours=2))
    survivor.refresh_from_db()
    assert (survivor.stage, survivor.path) == (Stage.SAL, Path.SELF_QUALIFIED)


def test_undo_is_refused_where_the_address_is_taken(couple, merge):
    survivor, duplicate = couple({"email": "a@x.example"}, {"email": "b@x.example"})
    done = merge(survivor, duplicate)
    LeadFactory(email="b@x.example")
    with pytest.raises(MergeRefused, match=r"Another lead has the e-mail address b@x\.example"):
        undo_merge(merge=done, by=None, now=LATER)
    duplicate.refresh_from_db()
    assert duplicate.merged_into == survivor


def test_inquiries_and_answers_stay_append_only_for_all_others(rich):
    with pytest.raises(TypeError):
        Inquiry.objects.first().save()
    with pytest.raises(TypeError):
        Answer.objects.first().save()


@pytest.mark.parametrize(("name", "source"), [(name, source) for name, (source, _) in KEYS.items()])
def test_key_follows_its_field_also_when_few_fields_are_saved(name, source):
    lead = LeadFactory(email="one@x.example", first_name="One", last_name="One", company="One")
    before = getattr(lead, name)
    setattr(lead, source, "two@x.example" if source == "email" else "Two")
    lead.save(update_fields=[source])
    lead.refresh_from_db()
    assert getattr(lead, name) not in ("", before)
    assert model_to_dict(lead)[source] == getattr(lead, source)
