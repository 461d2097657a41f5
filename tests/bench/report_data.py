"""What reports count beside leads and opportunities: forms, first times, territories, costs, quotas, calls, reasons,
nurture that was given, tests that were drawn. For every lead that the data set has been grown to."""

from datetime import date, timedelta
from itertools import pairwise

from django.db import transaction
from django.db.models import Max

from crm.campaigns.models import Campaign
from crm.people.models import Quota, Role, Territory, TerritoryMatch, TerritoryOwner, User
from leads.models import Answer, Arm, Draw, Experiment, InquiryForm, Provenance, Question, Reason, StageChange
from leads.services.setup import QUESTIONS
from nurture.models import CallAttempt, CallTask, Enrollment, Sequence, Step, StepKind, Touch, TouchKind
from tests.bench.dataset import AT, INQUIRED, IS_CONVERTED, NOW, WAITS_FOR_CONVERSION, WITH_ANSWERS
from tests.bench.growing import multiply
from tests.bench.growing import run as execute

COUNTRIES = ["US", "CA", "GB", "DE", "FR", "AT", "CH", "NL"]
FORMS, STEPS, KEY = 6, 4, "bench-reports"
WITH_SALES = f"({IS_CONVERTED} OR {WAITS_FOR_CONVERSION})"
FIRST_TIMES = """
    UPDATE leads_lead SET country = (%s::text[])[1 + id / 3 %% 8],
        engaged_at = CASE WHEN id %% 3 = 0 THEN first_inquiry_at + interval '2 days' END,
        mql_at = reached_sales_at, sal_at = reached_sales_at + (id %% 50) * interval '20 minutes',
        sql_at = CASE WHEN stage = 'converted' THEN reached_sales_at + (id %% 9 + 1) * interval '1 day' END
    WHERE id BETWEEN %s AND %s
"""
FIRST_FORMS = "UPDATE leads_inquiry SET form_id = %s + id / 5 %% %s WHERE id BETWEEN %s AND %s"


@transaction.atomic
def fill(size: int) -> None:
    first, last = (Draw.objects.filter(experiment__key=KEY).aggregate(last=Max("lead"))["last"] or 0) + 1, size
    if first > last:
        return
    if first == 1:
        _definitions()
    execute(FIRST_TIMES, [COUNTRIES, first, last])
    form = InquiryForm.objects.order_by("pk").filter(slug__startswith=KEY).values_list("pk", flat=True)[0]
    execute(FIRST_FORMS, [form, FORMS, first, last])
    _answers(max(first, WITH_ANSWERS + 1), last)
    _nurture(first, last)
    _sales(first, last)


def _definitions() -> None:
    InquiryForm.objects.bulk_create(
        InquiryForm(name=f"Form {n}", slug=f"{KEY}-{n}", title="Form") for n in range(FORMS)
    )
    Campaign.objects.update(cost=25_000)
    reps = list(User.objects.filter(role=Role.REP).order_by("pk"))
    for place, country in enumerate(COUNTRIES):
        territory = Territory.objects.create(name=country, position=place)
        TerritoryMatch.objects.create(territory=territory, countries=country)
        TerritoryOwner.objects.create(
            territory=territory, user=reps[place], since=date(2024, 1, 1), until=date(2025, 9, 1)
        )
        TerritoryOwner.objects.create(territory=territory, user=reps[place + 8], since=date(2025, 9, 1))
    quarters = [date(2025, month, 1) for month in (1, 4, 7, 10)] + [date(2026, 1, 1)]
    Quota.objects.bulk_create(
        Quota(user=rep, starts_on=start, ends_on=end, amount=10_000_000, currency="USD")
        for rep in reps
        for start, end in pairwise(quarters)
    )
    sequence = Sequence.objects.create(key=KEY, name="Bench", status="paused")
    Step.objects.bulk_create(
        Step(sequence=sequence, position=place, kind=StepKind.EMAIL, subject="Hello", body="Hello")
        for place in range(STEPS)
    )
    experiment = Experiment.objects.create(key=KEY, name="Hold-out", started_at=NOW - timedelta(days=700))
    for place, (key, weight) in enumerate([("hold-out", 1), ("nurtured", 3)]):
        Arm.objects.create(
            experiment=experiment, key=key, name=key, weight=weight, control=key == "hold-out", position=place
        )


def _answers(first: int, last: int) -> None:
    """Beyond those that answered everything, the time frame of each."""
    place = next(place for place, (key, *_) in enumerate(QUESTIONS) if key == "time_frame")
    values = [value for value, *_ in QUESTIONS[place][3]]
    multiply(
        Answer(question=Question.objects.get(key="time_frame"), provenance=Provenance.FORM),
        first,
        last,
        id=f"n::bigint * 10 + {place}",
        lead="n",
        inquiry="n",
        value=f"to_jsonb(('{{{','.join(values)}}}'::text[])[1 + n %% {len(values)}])",
        answered_at=INQUIRED,
    )


def _nurture(first: int, last: int) -> None:
    """A lead of four is held out; the others are enrolled and got up to four e-mails."""
    experiment = Experiment.objects.get(key=KEY)
    held, nurtured = experiment.arms.order_by("position").values_list("pk", flat=True)
    multiply(
        Draw(experiment=experiment), first, last,
        lead="n", arm=f"CASE WHEN n %% 4 = 0 THEN {held} ELSE {nurtured} END", drawn_at=INQUIRED,
    )  # fmt: skip
    sequence, apart = Sequence.objects.get(key=KEY), 2_000_000_000
    multiply(
        Enrollment(sequence=sequence, state="finished", enrolled_at=NOW, ended_at=NOW), first, last,
        where="n %% 4 <> 0", id=f"{apart}::bigint + n", lead="n",
    )  # fmt: skip
    for place, step in enumerate(sequence.steps.order_by("position")):
        multiply(
            Touch(step=step, kind=TouchKind.EMAIL, state="sent", sent_at=NOW, due_at=NOW), first, last,
            where=f"n %% 4 > {place} AND n %% 3 = 0", id=f"{apart}::bigint * {place + 1} + n",
            enrollment=f"{apart}::bigint + n", uuid="gen_random_uuid()",
        )  # fmt: skip


def _sales(first: int, last: int) -> None:
    """Whoever reached sales was called, one of fifty went back to nurture."""
    rep = User.objects.filter(role=Role.REP).order_by("pk").values_list("pk", flat=True)[0]
    multiply(
        CallTask(due_at=NOW, state="done"), first, last, where=WITH_SALES, lead="n", assignee=f"{rep} + n / 10 %% 20"
    )  # fmt: skip
    multiply(
        CallAttempt(outcome="connected"), first, last, where=WITH_SALES,
        task="n", by=f"{rep} + n / 10 %% 20", at=AT, duration="60 + n %% 600",
    )  # fmt: skip
    reason = Reason.objects.filter(purpose="recycle").values_list("pk", flat=True)[0]
    multiply(
        StageChange(from_stage="mql", to_stage="unqualified", reason_id=reason), first, last,
        where=f"{WITH_SALES} AND n %% 50 < 2", lead="n", at=AT,
    )  # fmt: skip
