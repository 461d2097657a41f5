"""Whatever happens to a lead whose path is set: in every report it is in that path's row for ever."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.campaigns.models import Path
from leads.models import Lead, Provenance, Reason, ReasonPurpose
from leads.services import lifecycle
from leads.services.marks import mark_touched
from leads.services.qualification import give_answers
from reports.catalog import REPORTS
from tests.factories import NOW, LeadFactory, UserFactory
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.django_db
WITH_PATHS = ("close-rates", "time-to-close", "money")


class World:
    """One lead, and what can happen to it; what its stage does not allow does not happen."""

    def __init__(self) -> None:
        self.rep, self.now = UserFactory(), NOW
        self.pk = LeadFactory(first_inquiry_at=NOW, last_inquiry_at=NOW).pk

    @property
    def lead(self) -> Lead:
        return Lead.objects.get(pk=self.pk)

    def happen(self, what: str) -> None:
        self.now += timedelta(hours=1)
        with suppress(lifecycle.LifecycleError):
            getattr(self, what)()

    def touch(self) -> None:
        mark_touched(lead=self.lead, now=self.now)

    def answer(self) -> None:
        give_answers(lead=self.lead, answers=QUALIFYING, provenance=Provenance.FORM, now=self.now)

    def research(self) -> None:
        give_answers(lead=self.lead, answers=QUALIFYING, provenance=Provenance.RESEARCH, now=self.now, by=self.rep)

    def lose_interest(self) -> None:
        give_answers(lead=self.lead, answers={"need": "looking"}, provenance=Provenance.LINK, now=self.now)

    def accept(self) -> None:
        lifecycle.accept_lead(lead=self.lead, by=self.rep, now=self.now)

    def reject(self) -> None:
        lifecycle.reject_lead(lead=self.lead, reason=_reason(ReasonPurpose.RECYCLE), by=self.rep, now=self.now)

    def disqualify(self) -> None:
        lifecycle.disqualify_lead(lead=self.lead, reason=_reason(ReasonPurpose.DISQUALIFY), by=self.rep, now=self.now)

    def reopen(self) -> None:
        lifecycle.reopen_lead(lead=self.lead, by=self.rep, now=self.now)

    def vet(self) -> None:
        lifecycle.qualify_lead(lead=self.lead, by=self.rep, now=self.now)

    def hand_over(self) -> None:
        Lead.objects.filter(pk=self.pk).update(owner=UserFactory())

    def rows(self) -> dict[str, list[str]]:
        return {name: self._rows(name) for name in WITH_PATHS}

    def _rows(self, name: str) -> list[str]:
        report = REPORTS[name]
        found = report.run(user=None, filters=report.filters({"by": "path"}), now=self.now).found
        return [line.key for line in found.main.lines if line.cells["leads"]]


HAPPENINGS = (
    "touch", "answer", "research", "lose_interest", "accept", "reject", "disqualify", "reopen", "vet", "hand_over",
)  # fmt: skip


def _reason(purpose: str) -> Reason:
    found = Reason.objects.filter(purpose=purpose).first()
    assert found
    return found


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.sampled_from(HAPPENINGS), min_size=4, max_size=14))
def test_path_row_of_a_lead_never_changes(defaults, happenings):
    with transaction.atomic():
        world, first = World(), ""
        for what in happenings:
            world.happen(what)
            first = first or world.lead.path
            assert world.rows() == {name: [first] for name in WITH_PATHS}
        transaction.set_rollback(True)


@pytest.mark.parametrize("path", Path)
def test_every_path_is_reached_by_what_can_happen(defaults, path):
    """Else the property would hold of nothing."""
    ways = {
        Path.SELF_QUALIFIED: ["answer"],
        Path.NURTURED: ["touch", "answer"],
        Path.RESEARCHED: ["research"],
        Path.UNQUALIFIED: ["accept"],
    }
    world = World()
    others = [*HAPPENINGS]
    random.Random(path).shuffle(others)
    for what in [*ways[path], *others, *others]:
        world.happen(what)
    assert world.rows() == {name: [path] for name in WITH_PATHS}
