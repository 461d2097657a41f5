from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leads.models import Lead, LeadMerge
from leads.services.merging import merge_leads
from tests.factories import LeadFactory, UserFactory

pytestmark = pytest.mark.django_db
ADA = {"first_name": "Ada", "last_name": "Lovelace", "company": "Engines Ltd"}


@pytest.fixture
def client_as_rep(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def twins(rep):
    return LeadFactory(**ADA, owner=rep), LeadFactory(**ADA, owner=rep, phone="+44201234567", city="Bath")


def merge_url(survivor, duplicate):
    return reverse("leads:merge", args=[survivor.pk, duplicate.pk])


def test_lead_page_suggests_the_duplicate_with_score_reasons_and_a_link(client_as_rep, twins):
    page = client_as_rep.get(twins[0].get_absolute_url()).content.decode()
    assert merge_url(*twins) in page
    assert "% likely: " in page
    assert "same company" in page


def test_lead_page_without_duplicates_has_no_panel(client_as_rep, rep):
    page = client_as_rep.get(LeadFactory(owner=rep).get_absolute_url()).content.decode()
    assert "Possibly the same person" not in page


def test_lead_page_asks_three_queries_for_the_panel(client_as_rep, twins, django_assert_max_num_queries):
    from leads.merge_panel import sections

    user = twins[0].owner
    with django_assert_max_num_queries(3):
        assert len(list(sections(twins[0], user=user))) == 1


def test_link_keeps_the_lead_that_is_further_along(client_as_rep, twins, defaults, rep):
    from leads.services.lifecycle import accept_lead
    from tests.factories import NOW

    accept_lead(lead=twins[1], by=rep, now=NOW)
    page = client_as_rep.get(twins[0].get_absolute_url()).content.decode()
    assert merge_url(twins[1], twins[0]) in page
    assert merge_url(*twins) not in page


def test_merge_page_shows_what_would_be_filled_and_changes_nothing(client_as_rep, twins):
    page = client_as_rep.get(merge_url(*twins)).content.decode()
    assert page.count('class="merge-filled"') == 2  # phone, city
    assert f"Merge into {twins[0]}" in page
    assert Lead.objects.live().count() == 2


def test_merging_leads_to_the_survivor_whose_page_offers_the_undo(client_as_rep, twins, rep):
    answer = client_as_rep.post(merge_url(*twins), follow=True)
    assert answer.redirect_chain == [(twins[0].get_absolute_url(), 302)]
    merge = LeadMerge.objects.get()
    assert (merge.survivor, merge.duplicate, merge.by) == (*twins, rep)
    assert reverse("leads:undo_merge", args=[merge.pk]) in answer.content.decode()


def test_page_of_the_duplicate_leads_to_the_survivor(client_as_rep, twins):
    client_as_rep.post(merge_url(*twins))
    assert client_as_rep.get(twins[1].get_absolute_url()).url == twins[0].get_absolute_url()


def test_undo_on_the_page(client_as_rep, twins):
    client_as_rep.post(merge_url(*twins))
    undo = reverse("leads:undo_merge", args=[LeadMerge.objects.get().pk])
    answer = client_as_rep.post(undo, follow=True)
    assert "is a lead of its own again" in answer.content.decode()
    assert Lead.objects.live().count() == 2
    assert "undone already" in client_as_rep.post(undo, follow=True).content.decode()


def test_undo_is_no_longer_offered_after_thirty_days(client_as_rep, twins):
    now = timezone.now() - timedelta(days=31)
    merge = merge_leads(survivor=twins[0], duplicate=twins[1], by=None, now=now)
    undo = reverse("leads:undo_merge", args=[merge.pk])
    assert undo not in client_as_rep.get(twins[0].get_absolute_url()).content.decode()
    assert "for 30 days" in client_as_rep.post(undo, follow=True).content.decode()


def test_merge_that_is_refused_is_a_conflict_with_the_reason(client_as_rep, twins):
    client_as_rep.post(merge_url(*twins))
    answer = client_as_rep.post(merge_url(*twins))
    assert answer.status_code == 409
    assert "was merged into another lead already" in answer.content.decode()


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("verb", ["get", "post"])
def test_rep_cannot_merge_a_lead_they_do_not_see(client_as_rep, twins, way, verb):
    foreign = LeadFactory(**ADA, owner=UserFactory())
    url = merge_url(*(twins[0], foreign)[::way])
    assert getattr(client_as_rep, verb)(url).status_code == 404
    assert LeadMerge.objects.count() == 0


def test_rep_cannot_undo_a_merge_they_do_not_see(client_as_rep):
    foreign = LeadFactory(owner=UserFactory())
    merge = merge_leads(survivor=foreign, duplicate=LeadFactory(), by=None, now=timezone.now())
    assert client_as_rep.post(reverse("leads:undo_merge", args=[merge.pk])).status_code == 404
    merge.refresh_from_db()
    assert merge.undone_at is None


def test_marketing_manager_looks_and_does_not_merge(client, twins):
    client.force_login(UserFactory(marketing_manager=True))
    assert client.post(merge_url(*twins)).status_code == 403
    page = client.get(twins[0].get_absolute_url()).content.decode()
    assert "Possibly the same person" not in page


def test_undo_is_a_post(client_as_rep, twins):
    merge = merge_leads(survivor=twins[0], duplicate=twins[1], by=None, now=timezone.now())
    assert client_as_rep.get(reverse("leads:undo_merge", args=[merge.pk])).status_code == 405


def test_values_of_a_lead_are_literal_text_on_the_merge_page(client_as_rep, rep):
    nasty = LeadFactory(first_name="<script>alert(1)</script>", last_name="{{ settings }}", owner=rep)
    page = client_as_rep.get(merge_url(LeadFactory(owner=rep), nasty)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ settings }}" in page
