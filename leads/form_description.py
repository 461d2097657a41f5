"""A form told to a program: what the JSON endpoint says of it."""

from typing import Any

from crm.fields.definitions import Definition as CustomDefinition
from crm.fields.forms import input_for
from leads.answer_fields import form_field
from leads.form_pages import Definition, Page
from leads.forms.inquiry import CONSENT, TRAP, InquiryFields
from leads.models import FormQuestion


def describe(definition: Definition) -> dict[str, Any]:
    form, fields = definition.form, InquiryFields(definition=definition)
    person: list[dict[str, Any]] = [
        {"name": name, "label": str(fields.fields[name].label), "required": fields.fields[name].required}
        for name in fields.person_names
    ]
    person += [_custom(field) for field in definition.custom]
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


def _custom(field: CustomDefinition) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "help_text": field.help_text,
        "kind": field.kind,
        "required": field.required,
        "choices": [
            {"value": value, "label": str(label)} for value, label in getattr(input_for(field), "choices", ()) if value
        ],
    }


def _question(asked: FormQuestion, definition: Definition) -> dict[str, Any]:
    question = asked.question
    field = form_field(question)
    conditions = definition.conditions.get(question.key, ())
    return {
        "key": question.key,
        "text": question.text,
        "help_text": question.help_text,
        "kind": question.kind,
        "required": asked.required,
        "choices": [{"value": value, "label": str(label)} for value, label in getattr(field, "choices", ())],
        "only_if": [{"question": c.on, "operator": c.operator, "value": c.value} for c in conditions],
    }
