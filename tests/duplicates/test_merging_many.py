"""Several leads ticked in the list become one; two that look alike are said to be two people."""

import pytest
from django.urls import reverse

from leads.models import Lead, LeadMerge, NotDuplicate
from leads.services.lifecycle import accept_lead
from leads.services.not_duplicates import say_not_duplicate
from leads.suggestions import suggest_duplicates
from tests.factories import NOW, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db
ADA = {"first_name": "Ada", "last_name": "Lovelace", "company": "Engines Ltd"}
MANY = reverse("leads:merge_many")


@pytest.fixture
def ours(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def three(rep):
    return [
        LeadFactory(**ADA, owner=rep, phone=phone, city=city) for phone, city in (("", ""), ("+1212", ""), ("", "Bath"))
    ]


def ids(leads):
    return [lead.pk for lead in leads]


def test_looking_shows_every_pair_and_changes_nothing(ours, three, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        page = ours.post(MANY, {"leads": ids(three), "survivor": three[0].pk, "look": "1"})
    assert [other for other, _, _ in page.context["pairs"]] == three[1:]
    assert page.content.decode().count("merge-filled") == 2
    assert LeadMerge.objects.count() == 0


def test_chosen_leads_become_one_each_by_a_merge_of_its_own(ours, three):
    page = ours.post(MANY, {"leads": ids(three), "survivor": three[0].pk, "merge": three[0].pk})
    assert page.context["results"] == [(three[1], ""), (three[2], "")]
    survivor = Lead.objects.get(pk=three[0].pk)
    assert (survivor.phone, survivor.city) == ("+1212", "Bath")
    assert list(Lead.objects.live()) == [survivor]
    assert LeadMerge.objects.filter(survivor=survivor).count() == 2


def test_pair_that_cannot_be_merged_is_named_and_the_others_are_merged(ours, three, defaults, rep):
    accept_lead(lead=three[1], by=rep, now=NOW)
    page = ours.post(MANY, {"leads": ids(three), "survivor": three[0].pk, "merge": three[0].pk})
    (refused, problem), (merged, nothing) = page.context["results"]
    assert (refused, "further along" in problem, merged, nothing) == (three[1], True, three[2], "")
    assert "Not merged: " in page.content.decode()


def test_lead_furthest_along_stays_unless_another_is_chosen(ours, three, defaults, rep):
    accept_lead(lead=three[1], by=rep, now=NOW)
    assert ours.post(MANY, {"leads": ids(three)}).context["survivor"] == three[1]


def test_another_survivor_than_was_looked_at_is_shown_first(ours, three):
    page = ours.post(MANY, {"leads": ids(three), "survivor": three[2].pk, "merge": three[0].pk})
    assert (page.context["survivor"], LeadMerge.objects.count()) == (three[2], 0)


def test_merging_twice_says_that_it_was_done(ours, three):
    for _ in range(2):
        page = ours.post(MANY, {"leads": ids(three), "survivor": three[0].pk, "merge": three[0].pk})
    assert ["already" in problem for _, problem in page.context["results"]] == [True, True]


@pytest.mark.parametrize("chosen", [[], ["1"], ["x", "-1"], ["9" * 30, "1"]])
def test_too_few_leads_lead_back_to_the_list(ours, chosen):
    assert ours.post(MANY, {"leads": chosen})["Location"] == reverse("leads:list")


def test_somebody_elses_lead_is_404(ours, three):
    other = LeadFactory(owner=UserFactory())
    assert ours.post(MANY, {"leads": [three[0].pk, other.pk], "merge": three[0].pk}).status_code == 404
    assert ours.post(reverse("leads:not_duplicate", args=[three[0].pk, other.pk])).status_code == 404
    assert (LeadMerge.objects.count(), NotDuplicate.objects.count()) == (0, 0)


def test_get_changes_nothing(ours, three):
    ours.get(MANY, {"leads": ids(three), "merge": three[0].pk})
    assert ours.get(reverse("leads:not_duplicate", args=ids(three)[:2])).status_code == 405
    assert (LeadMerge.objects.count(), NotDuplicate.objects.count()) == (0, 0)


def test_two_people_are_not_suggested_to_each_other_until_it_is_taken_back(ours, three):
    url = reverse("leads:not_duplicate", args=[three[1].pk, three[0].pk])
    ours.post(url)
    ours.post(url)
    assert [s.lead for s in suggest_duplicates(three[0])] == [three[2]]
    assert [s.lead for s in suggest_duplicates(three[1])] == [three[2]]
    assert NotDuplicate.objects.count() == 1
    page = ours.get(three[0].get_absolute_url()).content.decode()
    assert f'aria-label="Suggest {three[1]} again"' in page
    ours.post(url, {"undo": "1"})
    assert {s.lead for s in suggest_duplicates(three[0])} == {three[1], three[2]}


def test_no_is_remembered_for_the_pair_alone(three, rep):
    say_not_duplicate(lead=three[0], other=three[1], by=rep, now=NOW)
    assert {s.lead for s in suggest_duplicates(three[2])} == {three[0], three[1]}
