"""Merges against merges, edits and inquiries, with real threads and real commits."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from crm.web.versions import StaleRecord, write_fields
from leads.models import Answer, Inquiry, Lead, LeadMerge, Provenance
from leads.services.intake import take_inquiry
from leads.services.lifecycle import StageChanged, accept_lead
from leads.services.merging import MergeRefused, merge_leads, undo_merge
from leads.services.qualification import give_answers
from leads.services.setup import install_defaults
from tests.factories import NOW, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING
from tests.leads.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_mid_merge():
    """in_mid_merge(survivor, duplicate, action): ``action`` begins after the merge has done all but commit. Its result
    or exception."""

    def run(survivor, duplicate, action):
        merged, begun = threading.Event(), threading.Event()

        def act():
            try:
                assert merged.wait(30)
                begun.set()
                return action()
            except Exception as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(act)
            with transaction.atomic():
                merge_leads(survivor=survivor, duplicate=duplicate, by=None, now=NOW)
                merged.set()
                assert begun.wait(30)
                with pytest.raises(TimeoutError):
                    result.result(timeout=0.5)  # it waits for the commit
            return result.result(timeout=30)

    return run


def test_two_merge_each_other_both_ways_and_one_is_told():
    for _ in range(10):
        one, other = LeadFactory.create_batch(2)
        pairs = [(one, other), (other, one)]
        results = at_once(
            lambda n, pairs=pairs: merge_leads(survivor=pairs[n][0], duplicate=pairs[n][1], by=None, now=NOW), count=2
        )
        assert sorted(type(result).__name__ for result in results) == ["LeadMerge", "MergeRefused"]
        assert Lead.objects.live().filter(pk__in=[one.pk, other.pk]).count() == 1


def test_many_merge_one_lead_away_and_one_succeeds():
    duplicate, *survivors = LeadFactory.create_batch(9)
    results = at_once(
        lambda n: merge_leads(survivor=survivors[n], duplicate=duplicate, by=None, now=NOW), count=len(survivors)
    )
    assert [type(result) for result in results].count(MergeRefused) == len(survivors) - 1
    assert LeadMerge.objects.count() == 1


def test_merge_is_undone_once_when_many_try():
    merge = merge_leads(survivor=LeadFactory(), duplicate=LeadFactory(), by=None, now=NOW)
    results = at_once(lambda n: undo_merge(merge=merge, by=None, now=NOW), count=6)
    assert sorted(type(result).__name__ for result in results) == ["Lead"] + ["MergeRefused"] * 5


@pytest.mark.parametrize("edited", [0, 1])
def test_edit_in_mid_merge_is_told_that_it_is_stale(in_mid_merge, edited):
    leads = LeadFactory(city=""), LeadFactory(city="Bath")
    result = in_mid_merge(*leads, lambda: write_fields(leads[edited], version=1, city="Rome"))
    assert isinstance(result, StaleRecord)
    assert list(Lead.objects.order_by("pk").values_list("city", flat=True)) == ["Bath", "Bath"]


def test_edit_before_the_merge_is_merged():
    survivor, duplicate = LeadFactory(city=""), LeadFactory(city="Bath")
    write_fields(duplicate, version=1, city="Rome")
    merge_leads(survivor=survivor, duplicate=duplicate, by=None, now=NOW)  # with what was read before the edit
    survivor.refresh_from_db()
    assert survivor.city == "Rome"


def test_answer_in_mid_merge_reaches_the_survivor(in_mid_merge):
    install_defaults(now=NOW)
    survivor, duplicate = LeadFactory.create_batch(2)

    def answer():
        return give_answers(lead=duplicate, answers=QUALIFYING, provenance=Provenance.LINK, now=NOW)

    assert in_mid_merge(survivor, duplicate, answer).qualified is True
    assert set(Answer.objects.values_list("lead", flat=True)) == {survivor.pk}


def test_inquiry_in_mid_merge_reaches_the_survivor(in_mid_merge, submission):
    install_defaults(now=NOW)
    survivor, duplicate = LeadFactory(), LeadFactory(email="ada@lovelace.example")
    result = in_mid_merge(survivor, duplicate, lambda: take_inquiry(submission=submission(), now=NOW))
    assert result.lead == survivor
    assert (Lead.objects.count(), Inquiry.objects.get().lead) == (2, survivor)


def test_accepting_a_duplicate_in_mid_merge_is_refused(in_mid_merge):
    survivor, duplicate = LeadFactory.create_batch(2)
    rep = UserFactory()
    result = in_mid_merge(survivor, duplicate, lambda: accept_lead(lead=duplicate, by=rep, now=NOW))
    assert isinstance(result, StageChanged)
