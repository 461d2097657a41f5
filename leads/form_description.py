"""A form told to a program: what the JSON endpoint says of it."""

from typing import Any

from leads import time_frames
from leads.form_pages import Definition, Page
from leads.forms.inquiry import CONSENT, TRAP, InquiryFields
from leads.models import FormQuestion, QuestionKind


def describe(definition: Definition) -> dict[str, Any]:
    form, fields = definition.form, InquiryFields(definition=definition)
    person = [
        {"name": name, "label": str(fields.fields[name].label), "required": fields.fields[name].required}
        for name in fields.person_names
    ]
    return {
        "title": form.title,
        "intro": form.intro,
        "steps": [_step(page, person, definition) for page in definition.pages],
        "consent": {"name": CONSENT, "text": form.consent_text} if form.consent_text else None,
        "leave_empty": TRAP,
        "proof_of_work": form.proof_of_work,
    }


def _step(page: Page, person: list[dict[str, Any]], definition: Definition) -> dict[str, Any]:
    return {
        "title": page.title,
        "intro": page.intro,
        "fields": person if page.asks_contact else [],
        "questions": [_question(asked, definition) for asked in page.questions],
    }


def _question(asked: FormQuestion, definition: Definition) -> dict[str, Any]:
    question = asked.question
    conditions = definition.conditions.get(question.key, ())
    return {
        "key": question.key,
        "text": question.text,
        "help_text": question.help_text,
        "kind": question.kind,
        "required": asked.required,
        "choices": _choices(asked),
        "only_if": [{"question": c.on, "operator": c.operator, "value": c.value} for c in conditions],
    }


def _choices(asked: FormQuestion) -> list[dict[str, str]]:
    if asked.question.kind == QuestionKind.TIME_FRAME:
        return [{"value": value, "label": label} for value, label in time_frames.STEPS]
    return [{"value": choice.value, "label": choice.label} for choice in asked.question.choices.all()]
