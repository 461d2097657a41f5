"""Verdicts, what they rest on, and the press that stops what does not work."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.campaigns.models import Campaign, Path, Source
from crm.people.models import Company
from leads.models import Answer, Arm, Draw, InquiryForm, Lead, Question
from leads.services.experiments import experiment_with
from nurture.models import Enrollment, Sequence, SequenceStatus, Step, StepKind, Touch, Variant
from nurture.services import holdout, variants
from reports.catalog import REPORTS
from reports.models import Ruling
from reports.results import Line
from tests.factories import NOW, CampaignFactory, SourceFactory, UserFactory
from tests.reports.records import make_leads

pytestmark = pytest.mark.django_db
REPORT = REPORTS["repeat-or-delete"]
STOP = reverse("reports:stop")


@pytest.fixture(autouse=True)
def company():
    Company().save()


@pytest.fixture
def marketing(client):
    user = UserFactory(marketing_manager=True)
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def sources() -> list[Source]:
    """Of 120 leads each the first won 60, the second 2."""
    made = [SourceFactory(key=key) for key in ("good", "bad")]
    for source, won in zip(made, (60, 2), strict=True):
        make_leads(120, Path.NURTURED, won=won, source=source)
    return made


@pytest.fixture
def step() -> Step:
    sequence = Sequence.objects.create(key="ripen", name="Ripen", status=SequenceStatus.PUBLISHED, holdout_percent=50)
    made = Step.objects.create(sequence=sequence, position=0, kind=StepKind.EMAIL, subject="Hello", body="Hello")
    Variant.objects.create(step=made, key="b", subject="Good day", body="Hello")
    return made


def lines(**asked: str) -> dict[str, Line]:
    found = REPORT.run(user=None, filters=REPORT.filters(asked), now=NOW).found
    return {line.key: line for line in found.main.lines}


def draw_into(experiment, counts: dict[str, tuple[int, int]]):
    """Arm by key: leads and how many were won."""
    made = {}
    for arm in experiment.arms.all():
        made[arm.key] = make_leads(counts[arm.key][0], Path.NURTURED, won=counts[arm.key][1])
        Draw.objects.bulk_create(
            Draw(experiment=experiment, arm=arm, lead=lead, drawn_at=NOW) for lead in made[arm.key]
        )
    return made


def texts_of(step: Step):
    return experiment_with(key=variants.experiment_key(step), name="Step 1", arms=variants.arms_of(step), now=NOW)


def test_what_is_better_is_repeated_and_what_is_worse_deleted(sources):
    found = lines()
    good, bad = (found[f"source:{source.pk}"].cells for source in sources)
    assert (good["verdict"], bad["verdict"]) == ("Repeat", "Delete")
    assert (good["rate"], good["rest"]) == (0.5, bad["rate"])
    assert bad["low"] < bad["difference"] < bad["high"] < 0
    assert bad["p_holm"] < 0.05
    assert good["known_by"] == bad["known_by"] == "Known"


def test_below_the_minimum_there_is_no_verdict_but_an_interval_and_a_day():
    few, many = SourceFactory(), SourceFactory()
    make_leads(90, Path.NURTURED, won=60, source=few, inquired=NOW - timedelta(days=1))
    make_leads(200, Path.NURTURED, won=2, source=many)
    cells = lines()[f"source:{few.pk}"].cells
    assert (cells["verdict"], cells["p_holm"]) == ("Too few", None)
    assert 0 < cells["low"] < cells["high"]
    assert cells["known_by"] == f"{NOW + timedelta(days=10):%d %b %Y}"  # ten are missing, and 90 came in 90 days


def test_difference_within_chance_is_watched_until_a_day():
    first, second = SourceFactory(), SourceFactory()
    make_leads(150, Path.NURTURED, won=30, source=first, inquired=NOW - timedelta(days=1))
    make_leads(150, Path.NURTURED, won=24, source=second)
    cells = lines()[f"source:{first.pk}"].cells
    assert cells["verdict"] == "Keep watching"
    assert cells["low"] < 0 < cells["high"]
    assert cells["known_by"].endswith((str(NOW.year), str(NOW.year + 1), str(NOW.year + 2)))


def test_more_comparisons_ask_for_more(sources):
    """Corrected for those that are shown: of sources alone, or of everything."""
    for _ in range(8):
        make_leads(100, Path.NURTURED, won=26, campaign=CampaignFactory())
    alone, all_of_them = (lines(**asked)[f"source:{sources[0].pk}"].cells for asked in ({"of": "source"}, {}))
    assert all_of_them["p_holm"] > alone["p_holm"]
    assert all_of_them["high"] - all_of_them["low"] > alone["high"] - alone["low"]


def test_cost_of_each_sale_is_beside_the_rest_s():
    dear, cheap = (CampaignFactory(source=SourceFactory(), cost=cost) for cost in (6_000, 100))
    make_leads(120, Path.NURTURED, won=60, campaign=dear, source=dear.source)
    make_leads(120, Path.NURTURED, won=10, campaign=cheap, source=cheap.source)
    found = REPORT.run(user=None, filters=REPORT.filters({}), now=NOW).found
    cells = {line.key: line.cells for line in found.main.lines}[f"campaign:{dear.pk}"]
    assert (cells["cost"], cells["cost_each"], cells["rest_cost_each"]) == (Decimal(6000), Decimal(100), Decimal(10))
    assert cells["verdict"] == "Repeat"
    assert any(said.startswith("Better, and dearer for each sale than the rest") for said in found.sentences)


def test_cost_is_that_of_all_leads_of_the_campaign_whatever_is_chosen():
    campaign = CampaignFactory(cost=1_000, source=SourceFactory())
    make_leads(5, Path.NURTURED, campaign=campaign, source=campaign.source)
    make_leads(5, Path.RESEARCHED, campaign=campaign)
    assert lines(source=str(campaign.source_id))[f"campaign:{campaign.pk}"].cells["cost"] == Decimal(500)


def test_variants_are_compared_with_the_others_of_their_step(step):
    draw_into(texts_of(step), {"a": (120, 60), "b": (120, 6)})
    own, other = (line for key, line in sorted(lines().items()) if key.startswith("variant:"))
    assert (own.cells["verdict"], own.cells["rest"]) == ("Repeat", 0.05)
    assert (other.cells["verdict"], other.cells["rest"]) == ("Delete", 0.5)


def test_sequence_with_a_hold_out_is_judged_by_it_alone(step):
    experiment = holdout._experiment(step.sequence, NOW)
    drawn = draw_into(experiment, {"hold-out": (120, 40), "nurtured": (120, 10)})
    for lead in drawn["nurtured"]:
        Enrollment.objects.create(lead=lead, sequence=step.sequence, enrolled_at=NOW, due_at=NOW)
    make_leads(500, Path.NURTURED)  # the rest has won nothing, and says nothing of the sequence
    found = lines()
    tested = found[f"holdout:{experiment.arms.get(key='nurtured').pk}"].cells
    assert (tested["verdict"], tested["rest"]) == ("Delete", 40 / 120)
    version = found[f"sequence:{step.sequence_id}"].cells
    assert (version["verdict"], version["p_holm"]) == ("By its hold-out", None)
    assert not any(key.startswith(("held:", "variant:")) for key in found)


def press(client, kind, pk):
    return client.post(STOP, {"kind": kind, "pk": pk}, follow=True)


def test_one_press_stops_a_source_and_keeps_the_figures(marketing, sources):
    bad = sources[1]
    campaign = CampaignFactory(source=bad)
    form = InquiryForm.objects.create(name="F", slug="f", title="F", source=bad)
    cells = lines()[f"source:{bad.pk}"].cells
    assert f'name="pk" value="{bad.pk}"' in marketing.get(reverse(REPORT.url_name)).content.decode()
    assert "Stopped: " in press(marketing, "source", bad.pk).content.decode()
    assert not any(model.objects.get(pk=pk).active for model, pk in (
        (Source, bad.pk), (Campaign, campaign.pk), (InquiryForm, form.pk)
    ))  # fmt: skip
    ruling = Ruling.objects.get()
    assert (ruling.kind, ruling.subject_id, ruling.verdict, ruling.by) == ("source", bad.pk, "Delete", marketing.user)
    assert (ruling.figures["leads"], ruling.figures["p_holm"]) == (120, cells["p_holm"])
    assert lines()[f"source:{bad.pk}"].cells["state"].startswith("Stopped")


def test_what_runs_no_more_is_not_stopped_again(marketing, sources):
    press(marketing, "source", sources[1].pk)
    assert "does not run any more" in press(marketing, "source", sources[1].pk).content.decode()
    assert Ruling.objects.count() == 1


def test_one_press_stops_a_variant_and_not_the_last(marketing, step):
    experiment = texts_of(step)
    draw_into(experiment, {"a": (120, 60), "b": (120, 6)})
    other, own = (experiment.arms.get(key=key) for key in "ba")
    press(marketing, "variant", other.pk)
    assert Variant.objects.get().stopped_at
    assert lines()[f"variant:{other.pk}"].action == {}
    page = press(marketing, "variant", own.pk).content.decode()
    assert "is the last text of" in page
    assert Ruling.objects.count() == 1


@pytest.mark.parametrize("kind", ["sequence", "holdout"])
def test_one_press_stops_a_sequence_and_everybody_leaves_it(marketing, step, kind):
    experiment = holdout._experiment(step.sequence, NOW)
    drawn = draw_into(experiment, {"hold-out": (3, 0), "nurtured": (3, 0)})
    for lead in drawn["nurtured"]:
        Enrollment.objects.create(lead=lead, sequence=step.sequence, enrolled_at=NOW, due_at=NOW)
    press(marketing, kind, {"sequence": step.sequence_id, "holdout": experiment.arms.get(key="nurtured").pk}[kind])
    step.sequence.refresh_from_db()
    assert step.sequence.status == SequenceStatus.RETIRED
    assert not Enrollment.objects.active().exists()
    assert Ruling.objects.get().kind == kind


def test_former_version_of_a_sequence_has_no_press(step):
    draw_into(texts_of(step), {"a": (2, 0), "b": (2, 0)})
    Enrollment.objects.create(lead=make_leads(1)[0], sequence=step.sequence, enrolled_at=NOW, due_at=NOW)
    Sequence.objects.update(status=SequenceStatus.RETIRED)
    Sequence.objects.create(key="ripen", name="Ripen", version=2, status=SequenceStatus.PUBLISHED)
    line = lines()[f"sequence:{step.sequence_id}"]
    assert (line.action, line.cells["state"]) == ({}, "Off")


def test_arm_of_an_imported_test_cannot_be_stopped(marketing):
    arms = [Arm(key=key, name=key) for key in ("none", "mail")]
    experiment = experiment_with(key="import:mail", name="Past", arms=arms, now=NOW)
    draw_into(experiment, {"none": (2, 0), "mail": (2, 0)})
    assert not any(line.action for line in lines().values())
    assert press(marketing, "variant", arms[0].pk).status_code == 200
    assert not Ruling.objects.exists()


@pytest.mark.parametrize("role", [{}, {"sales_manager": True}])
def test_who_may_not_change_it_may_not_stop_it(client, sources, role):
    user = UserFactory(**role)
    client.force_login(user)
    expected = 302 if user.has_perm("campaigns.change_source") else 403
    assert client.post(STOP, {"kind": "source", "pk": sources[1].pk}).status_code == expected
    assert Source.objects.get(pk=sources[1].pk).active == (expected == 403)
    assert client.post(STOP, {"kind": "lead", "pk": 1}).status_code == 403
    assert client.get(STOP).status_code == 405


def test_stopping_what_is_not_there_is_not_found(marketing, sources):
    for pk in ("0", "x", "-1", "99999999999999999999"):
        assert press(marketing, "source", pk).status_code == 404


@pytest.mark.parametrize("kind", ["question", "sequence", "step"])
def test_every_count_leads_to_the_leads_it_counts(marketing, step, kind):
    """Where the list of leads has no filter for it, to a list of its own, with the filters of the report."""
    question = Question.objects.create(key="when", text="When?")
    exposed, other = make_leads(2, Path.NURTURED), make_leads(1, Path.RESEARCHED)[0]
    for lead in [*exposed, other]:
        Answer.objects.create(lead=lead, question=question, value="now", provenance="form", answered_at=NOW)
        enrollment = Enrollment.objects.create(lead=lead, sequence=step.sequence, enrolled_at=NOW, due_at=NOW)
        Touch.objects.create(
            enrollment=enrollment, step=step, kind="email", state="sent", due_at=NOW, sent_at=NOW
        )  # fmt: skip
    page = marketing.get(reverse(REPORT.url_name), {"path": "nurtured"})
    line = next(line for line in page.context["result"].found.main.lines if line.key.startswith(f"{kind}:"))
    assert f'<a href="{line.href}">2</a>' in page.content.decode()
    listed = marketing.get(line.href)
    assert {row.record for row in listed.context["table"].rows} == set(exposed)
    assert marketing.get(line.href.partition("?")[0], {"source": "x"}).status_code == 400


def test_list_behind_a_count_is_of_what_its_reader_may_see(client, step):
    mine, theirs = make_leads(2, owner=None)
    Lead.objects.filter(pk=theirs.pk).update(owner=UserFactory())
    for lead in (mine, theirs):
        Enrollment.objects.create(lead=lead, sequence=step.sequence, enrolled_at=NOW, due_at=NOW)
    client.force_login(UserFactory())
    url = reverse("reports:exposed", args=["sequence", step.sequence_id])
    assert [row.record for row in client.get(url).context["table"].rows] == [mine]
    assert client.get(reverse("reports:exposed", args=["sequence", 0])).status_code == 404
    assert client.get(reverse("reports:exposed", args=["lead", mine.pk])).status_code == 404
