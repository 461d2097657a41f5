"""What a prospect fills in, on all pages of a form together, whether it came from our page, a frame or as JSON."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from crm.fields.forms import CustomFields
from crm.fields.inputs import copied
from crm.fields.services.values import values_of_one
from leads.answers import InvalidAnswer, clean_value
from leads.form_pages import Definition
from leads.forms.answers import PREFIX
from leads.forms.public import QuestionsForm
from leads.models import Lead
from leads.services.person import clean_person

# People leave it empty, simple robots do not.
TRAP = "fax_number"
CONSENT = "consent"
PROOF = "altcha"
# Label, what browsers fill in, kind of input.
_PERSON: dict[str, tuple[str, str, str]] = {
    "first_name": ("First name", "given-name", "text"),
    "last_name": ("Last name", "family-name", "text"),
    "email": ("E-mail address", "email", "email"),
    "phone": ("Phone", "tel", "tel"),
    "company": ("Company", "organization", "text"),
    "job_title": ("Job title", "organization-title", "text"),
    "website": ("Website", "url", "url"),
    "city": ("City", "address-level2", "text"),
    "country": ("Country", "country", "text"),
}
_HELP = {"country": "Its code of two letters, such as US.", "website": "Such as https://www.example.com."}


@lru_cache
def _person_field(name: str, required: bool) -> forms.CharField:
    label, autocomplete, kind = _PERSON[name]
    limit = Lead._meta.get_field(name).max_length  # type: ignore[union-attr]
    widget = forms.TextInput(attrs={"autocomplete": autocomplete, "type": kind})
    return forms.CharField(
        label=label, max_length=limit, required=required, help_text=_HELP.get(name, ""), widget=widget
    )


class InquiryFields(CustomFields, QuestionsForm):
    """Takes nothing but who somebody is, their answers and their consent: never owner, stage, score or dates. ``lead``:
    who came by a signed link; of their contact details only those are asked that we do not know."""

    def __init__(self, *args: Any, definition: Definition, lead: Lead | None = None, **kwargs: Any) -> None:
        asked = definition.questions
        super().__init__(*args, questions=[(row.question, row.required) for row in asked], **kwargs)
        self.definition, self.lead = definition, lead
        self.extra_errors: dict[str, list[str]] = {}
        self.question_of = {f"{PREFIX}{row.question.key}": row.question for row in asked}
        self.person_names = list(self._person_names())
        for name in self.person_names:
            needed = name == "email" or name in definition.form.person_required
            self.fields[name] = copied(_person_field(name, needed))
        known = values_of_one(lead, definition.custom) if lead else {}
        self.add_inputs([field for field in definition.custom if field not in known], {})
        if definition.form.consent_text:
            label = definition.form.consent_text
            self.fields[CONSENT] = forms.BooleanField(required=False, label=label)
        self.fields[TRAP] = forms.CharField(
            label="Leave this field empty",
            required=False,
            widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
        )

    def _person_names(self) -> Iterable[str]:
        for name in _PERSON:
            wanted = name == "email" or name in self.definition.form.person_fields
            if wanted and not (self.lead and getattr(self.lead, name)):
                yield name

    def clean(self) -> dict[str, Any]:
        """Names and numbers are judged here, so that a page of several says at once what is wrong."""
        cleaned: dict[str, Any] = self.cleaned_data
        _, errors = clean_person({name: cleaned.get(name, "") for name in self.person_names})
        for name, message in errors.items():
            if name in cleaned:
                self.add_error(name, message)
        if unknown := self.unknown_questions():
            self.add_error(None, f"This form does not ask “{unknown[0][:64]}”. Please look at it again, then send it.")
        return cleaned

    @property
    def known(self) -> dict[str, Any]:
        """What was answered so far, as it is stored, by question key."""
        found: dict[str, Any] = {}
        self.is_valid()
        for name, question in self.question_of.items():
            value = self.cleaned_data.get(name)
            if value not in ("", None, []):
                try:
                    found[question.key] = clean_value(question, value)
                except InvalidAnswer:  # the field has said so already
                    continue
        return found

    @property
    def contact_names(self) -> list[str]:
        return [*self.person_names, *self.custom_asked, *([CONSENT] if CONSENT in self.fields else [])]

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get(TRAP))

    @property
    def person(self) -> dict[str, Any]:
        if self.lead:
            return {"email": self.lead.email} | {name: self.cleaned_data[name] for name in self.person_names}
        return {name: self.cleaned_data[name] for name in self.person_names}

    @property
    def payload(self) -> dict[str, Any]:
        """Word for word what was sent in the fields that were asked."""
        sent = {name: self._sent(name) for name in self.fields if name != TRAP and name in self.data}
        return {name: value for name, value in sent.items() if value not in ("", None, [])}

    def _sent(self, name: str) -> Any:
        return self.fields[name].widget.value_from_datadict(self.data, self.files, name)

    def answers_to(self, keys: Collection[str]) -> dict[str, Any]:
        return {key: value for key, value in self.answers.items() if key in keys}

    def unknown_questions(self) -> list[str]:
        """Keys of questions that were answered and are not on this form."""
        return [
            key for name in self.data if (key := name.removeprefix(PREFIX)) != name and name not in self.question_of
        ]

    def forget_errors(self) -> None:
        self.errors.clear()

    def untick_consent(self) -> None:
        data: Any = self.data
        self.data = data.copy()
        self.data.pop(CONSENT, None)  # type: ignore[attr-defined]

    def keep_errors(self, names: Collection[str]) -> None:
        """Only those at ``names``, and those of the form as a whole: the others are not on the page."""
        for name in set(self.errors) - set(names) - {NON_FIELD_ERRORS}:
            del self.errors[name]

    def add_refusals(self, errors: Mapping[str, str]) -> None:
        """What belongs to no field of the form (the check against robots) is kept in ``extra_errors``."""
        self.extra_errors = {name: [text] for name, text in errors.items() if name == PROOF}
        super().add_refusals({name: text for name, text in errors.items() if name != PROOF})
