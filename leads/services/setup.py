"""What a new company starts with: questions, policies, reasons, a form, a pipeline. Running it again adds nothing."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from crm.opportunities.models import BuyingRole, CloseReason, ForecastCategory, Pipeline, PipelineStage, Status
from leads.models import (
    Choice,
    Criterion,
    Dimension,
    FormQuestion,
    InquiryForm,
    Operator,
    Policy,
    PolicyPurpose,
    Question,
    Reason,
    ReasonPurpose,
)
from leads.services.policies import activate_policy

# key, dimension, text, then choices: (value, label, what it means for an opportunity)
QUESTIONS: list[tuple[str, str, str, list[tuple[str, str, dict[str, Any]]]]] = [
    (
        "need",
        Dimension.NEED,
        "What do you need?",
        [
            ("replace", "Replace a system we have", {}),
            ("new", "Start with something new", {}),
            ("expand", "Extend what we have", {}),
            ("looking", "Nothing particular, I am looking around", {}),
        ],
    ),
    (
        "desire",
        Dimension.DESIRE,
        "How important is it to you?",
        [
            ("must", "We cannot go on without it", {}),
            ("important", "Important", {}),
            ("nice", "Nice to have", {}),
        ],
    ),
    (
        "time_frame",
        Dimension.TIME_FRAME,
        "When do you plan to decide?",
        [
            ("month", "Within a month", {"days": 30}),
            ("quarter", "Within three months", {"days": 90}),
            ("half_year", "Within six months", {"days": 180}),
            ("later", "Later", {"days": 365}),
            ("none", "No plan yet", {}),
        ],
    ),
    (
        "budget",
        Dimension.BUDGET,
        "Which budget have you set aside?",
        [
            ("none", "None yet", {}),
            ("to_5k", "Up to 5,000", {"amount": Decimal(5_000)}),
            ("to_25k", "5,000 to 25,000", {"amount": Decimal(15_000)}),
            ("to_100k", "25,000 to 100,000", {"amount": Decimal(60_000)}),
            ("over_100k", "More than 100,000", {"amount": Decimal(150_000)}),
        ],
    ),
    (
        "authority",
        Dimension.AUTHORITY,
        "What is your part in the decision?",
        [
            ("decide", "I decide", {"buying_role": BuyingRole.DECISION_MAKER}),
            ("recommend", "I recommend", {"buying_role": BuyingRole.RECOMMENDER}),
            ("use", "I would use it", {"buying_role": BuyingRole.USER}),
            ("none", "None", {"buying_role": BuyingRole.INFLUENCER}),
        ],
    ),
]

# label, question, values that meet it, points, must-have
MARKETING_CRITERIA: list[tuple[str, str, list[str], int, bool]] = [
    ("Has a need", "need", ["replace", "new", "expand"], 20, True),
    ("It matters to them", "desire", ["must", "important"], 15, False),
    ("Decides within six months", "time_frame", ["month", "quarter", "half_year"], 30, False),
    ("Has a budget", "budget", ["to_25k", "to_100k", "over_100k"], 25, False),
    ("Has a say", "authority", ["decide", "recommend"], 20, False),
]
SALES_CRITERIA: list[tuple[str, str, list[str], int, bool]] = [
    ("Motivation: a need", "need", ["replace", "new", "expand"], 25, True),
    ("Budget", "budget", ["to_5k", "to_25k", "to_100k", "over_100k"], 25, True),
    ("Decision-maker known", "authority", ["decide", "recommend"], 25, True),
    ("Time frame", "time_frame", ["month", "quarter", "half_year", "later"], 25, True),
]
REASONS = {
    ReasonPurpose.DISQUALIFY: ["No need", "No budget", "Competitor", "Student or job seeker", "Wrong contact data"],
    ReasonPurpose.RECYCLE: ["Not ready yet", "Could not reach", "Budget next year", "Needs more information"],
}
PIPELINE_STAGES = [
    ("New", 10, "open", ForecastCategory.PIPELINE),
    ("Meeting", 25, "open", ForecastCategory.PIPELINE),
    ("Proposal", 50, "open", ForecastCategory.BEST_CASE),
    ("Negotiation", 75, "open", ForecastCategory.COMMIT),
    ("Won", 100, "won", ForecastCategory.OMITTED),
    ("Lost", 0, "lost", ForecastCategory.OMITTED),
]
CLOSE_REASONS = {
    Status.WON: ["Best fit", "Price", "Trust in us", "Quick start"],
    Status.LOST: ["Price", "Competitor", "No decision", "No budget", "Something was missing"],
}
CONSENT = "You may write to me by e-mail about my inquiry and related offers. I can withdraw this at any time."


@transaction.atomic
def set_up_new_company(*, now: datetime) -> bool:
    """The defaults where nothing was ever set up, so that what a company took out does not come back. Says whether."""
    if any(model._default_manager.exists() for model in (Pipeline, Policy, Question)):
        return False
    install_defaults(now=now)
    return True


@transaction.atomic
def install_defaults(*, now: datetime) -> InquiryForm:
    """Returns the inquiry form ``contact-us``."""
    _install_pipeline()
    for purpose, names in REASONS.items():
        for name in names:
            Reason.objects.get_or_create(purpose=purpose, name=name)
    questions = {row[0]: _install_question(position, *row) for position, row in enumerate(QUESTIONS)}
    _install_policy(PolicyPurpose.MARKETING, "Marketing-qualified", 70, MARKETING_CRITERIA, questions, now)
    _install_policy(PolicyPurpose.SALES, "Ready to convert", 100, SALES_CRITERIA, questions, now)
    return _install_form(questions)


def _install_pipeline() -> None:
    if Pipeline.objects.exists():
        return
    pipeline = Pipeline.objects.create(name="Sales", is_default=True)
    for position, (name, probability, status, forecast) in enumerate(PIPELINE_STAGES):
        PipelineStage.objects.create(
            pipeline=pipeline,
            name=name,
            position=position,
            probability=probability,
            status=status,
            forecast_category=forecast,
        )
    CloseReason.objects.bulk_create(
        CloseReason(status=status, name=name) for status, names in CLOSE_REASONS.items() for name in names
    )


def _install_question(
    position: int, key: str, dimension: str, text: str, choices: list[tuple[str, str, dict[str, Any]]]
) -> Question:
    question, created = Question.objects.get_or_create(
        key=key, defaults={"dimension": dimension, "text": text, "position": position}
    )
    if created:
        Choice.objects.bulk_create(
            Choice(question=question, value=value, label=label, position=place, **meaning)
            for place, (value, label, meaning) in enumerate(choices)
        )
    return question


def _install_policy(
    purpose: str,
    name: str,
    threshold: int,
    criteria: list[tuple[str, str, list[str], int, bool]],
    questions: dict[str, Question],
    now: datetime,
) -> None:
    if Policy.objects.filter(purpose=purpose).exists():
        return
    policy = Policy.objects.create(purpose=purpose, name=name, threshold=threshold)
    for position, (label, key, values, points, must_have) in enumerate(criteria):
        Criterion.objects.create(
            policy=policy,
            label=label,
            question=questions[key],
            operator=Operator.IN,
            value=values,
            points=points,
            must_have=must_have,
            position=position,
        )
    activate_policy(policy=policy, by=None, now=now)


def _install_form(questions: dict[str, Question]) -> InquiryForm:
    form, created = InquiryForm.objects.get_or_create(
        slug="contact-us",
        defaults={
            "name": "Contact us",
            "title": "Tell us what you are looking for",
            "intro": "A few answers help us to give you the right person at once.",
            "consent_text": CONSENT,
        },
    )
    if created:
        FormQuestion.objects.bulk_create(
            FormQuestion(form=form, question=question, position=position)
            for position, question in enumerate(questions.values())
        )
    return form
