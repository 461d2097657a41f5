"""The company that the year is about: eight zones, a sequence with every kind of step, and one at night."""

from datetime import time
from typing import Any

from crm.people.models import Company
from leads.models import Question
from leads.services.setup import install_defaults
from nurture.models import Sequence, Step, StepKind, Variant, WaitFor
from nurture.services.sequences import publish_sequence
from tests.factories import NOW, LeadFactory

# Half an hour of daylight saving, a quarter of an hour off, a missing day, both hemispheres, no daylight saving.
ZONES = {
    "Australia/Lord_Howe": "AU", "Asia/Kathmandu": "NP", "Pacific/Apia": "WS", "America/Chicago": "US",
    "America/St_Johns": "CA", "Europe/Berlin": "DE", "America/Sao_Paulo": "BR", "Pacific/Auckland": "NZ",
}  # fmt: skip
HOURS = {"window_start": time(9), "window_end": time(17), "weekdays": [0, 1, 2, 3, 4]}
NIGHT = {"window_start": time(22), "window_end": time(2), "weekdays": [1, 2, 3, 5, 6]}
ROUNDS = 3


def _email(text: str, **fields: Any) -> dict[str, Any]:
    return {"kind": StepKind.EMAIL, "subject": text, "body": f"Hi {{{{ first_name }}}},\n\n{text}", **fields}


def _steps() -> list[dict[str, Any]]:
    """Every kind of step, every kind of wait, a way back."""
    questions = {question.key: question for question in Question.objects.all()}
    branch = {"kind": StepKind.BRANCH}
    wait = {"kind": StepKind.WAIT}
    return [
        _email("When?", name="start", question=questions["time_frame"]),
        {**wait, "wait_days": 2},
        {**branch, "question": questions["time_frame"], "value": ["later", "none"], "goes_to": "slow"},
        _email("Which budget?", question=questions["budget"]),
        {**wait, "wait_for": WaitFor.BUSINESS_DAYS, "wait_days": 3},
        {**branch, "field": "clicked", "value": ["yes"], "goes_to": "call"},
        {**wait, "wait_for": WaitFor.WEEKDAY, "wait_weekday": 1, "wait_time": time(2, 30)},
        {"kind": StepKind.CALL, "name": "call", "script": "Hello", "max_attempts": 2},
        {**branch, "field": "outcome", "value": ["connected", "voicemail"], "goes_to": "slow"},
        {**wait, "wait_for": WaitFor.TIME, "wait_time": time(2, 15)},
        _email("Still there?"),
        {"kind": StepKind.END},
        {**wait, "wait_days": 20, "name": "slow"},
        {"kind": StepKind.GO_TO, "goes_to": "start"},
        _email("Good-bye"),
    ]


def found_company() -> list[Sequence]:
    install_defaults(now=NOW)
    company = Company.current()
    company.name, company.postal_address, company.country = "Ripen Ltd", "1 Orchard Road\n12345 Ripeton", "US"
    company.save()
    again = {"enroll_again_after_days": 60, "max_times": 2, "max_rounds": ROUNDS, "enroll_within_days": 2_000}
    full = _sequence("full", _steps(), **HOURS, **again, holdout_percent=20)
    night = _sequence("night", [_email("Late"), {"kind": StepKind.WAIT, "wait_days": 1}, _email("Later")], **NIGHT)
    return [full, night]


def _sequence(key: str, steps: list[dict[str, Any]], **fields: Any) -> Sequence:
    sequence = Sequence.objects.create(key=key, name=key, priority=10 if key == "full" else 0, **fields)
    for position, step in enumerate(steps):
        row = Step.objects.create(sequence=sequence, position=position, **step)
        if step.get("subject") == "Still there?":
            Variant.objects.create(step=row, key="b", subject="Hello?", body="Hi {{ first_name }}")
    return publish_sequence(sequence=sequence)


def new_lead(number: int, zone: str, now: Any) -> Any:
    country = ZONES[zone]
    times = dict.fromkeys(("created_at", "stage_changed_at", "first_inquiry_at", "last_inquiry_at"), now)
    phone = f"+1212555{number % 10_000:04}"
    return LeadFactory(email=f"p{number}@lead{number}.example", phone=phone, country=country, time_zone=zone, **times)
