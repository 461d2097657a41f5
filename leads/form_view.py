"""One page of a form as its template draws it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.boundfield import BoundField
from django.urls import reverse

from leads.form_pages import Shown, Way
from leads.forms.answers import PREFIX
from leads.forms.inquiry import CONSENT, PROOF, TRAP, InquiryFields
from leads.models import FormQuestion

PAIRS = (("first_name", "last_name"), ("email", "phone"), ("company", "job_title"), ("city", "country"))


@dataclass(frozen=True)
class Block:
    """A question, or contact details side by side. ``when``: as JSON, what a script waits for before it shows it."""

    fields: list[BoundField]
    key: str = ""
    when: str = ""
    waiting: bool = False


@dataclass(frozen=True)
class FormView:
    fields: InquiryFields
    way: Way
    shown: Shown
    token: str
    framed: bool = False
    preview: bool = False

    @property
    def asked(self) -> Any:
        return self.fields.definition.form

    @property
    def action(self) -> str:
        """Without the query: what it said is in the token."""
        return reverse("leads:form_frame" if self.framed else "leads:form", args=[self.asked.slug])

    @property
    def blocks(self) -> list[Block]:
        contact = self._contact if self._has_contact else []
        return [*contact, *self._questions, *(self._consent if self._has_contact else [])]

    @property
    def _has_contact(self) -> bool:
        return self.shown.page.asks_contact and not self.shown.follow_up

    @property
    def _contact(self) -> list[Block]:
        names, blocks = list(self.fields.person_names), []
        while names:
            pair = next((pair for pair in PAIRS if names[0] in pair and set(pair) <= set(names)), (names[0],))
            blocks.append(Block([self.fields[name] for name in pair]))
            names = [name for name in names if name not in pair]
        return [*blocks, *(Block([self.fields[name]]) for name in self.fields.custom_asked)]

    @property
    def _questions(self) -> Iterator[Block]:
        waiting = {asked.question.key for asked in self.shown.waiting}
        for asked in self.shown.page.questions:
            key = asked.question.key
            if key in waiting | self.shown.keys:
                field = self.fields[f"{PREFIX}{key}"]
                yield Block([field], key, json.dumps(self._conditions(asked)), key in waiting)

    def _conditions(self, asked: FormQuestion) -> list[dict[str, Any]]:
        """Empty where a script on this page could not tell: then it leaves the question as it is."""
        conditions = self.way.conditions_of(asked)
        names = self.fields.question_of
        if any(f"{PREFIX}{condition.on}" not in names for condition in conditions):
            return []
        kinds = {key: names[f"{PREFIX}{key}"].kind for key in (condition.on for condition in conditions)}
        return [
            {
                "name": f"{PREFIX}{condition.on}",
                "kind": kinds[condition.on],
                "operator": condition.operator,
                "value": condition.value,
            }
            for condition in conditions
        ]

    @property
    def _consent(self) -> list[Block]:
        return [Block([self.fields[CONSENT]])] if CONSENT in self.fields.fields else []

    @property
    def carried(self) -> Iterator[BoundField]:
        """What was typed on other pages."""
        visible = {field.name for block in self.blocks for field in block.fields} | {TRAP}
        for name in self.fields.fields:
            if name not in visible and self.fields.data.get(name) not in (None, ""):
                yield self.fields[name]

    @property
    def trap(self) -> BoundField:
        return self.fields[TRAP]

    @property
    def asked_before(self) -> list[str]:
        """On a follow-up: what the page asked before it."""
        return [asked.question.key for asked in self.shown.page.questions] if self.shown.follow_up else []

    @property
    def needs_proof(self) -> bool:
        return bool(self.asked.proof_of_work) and self.shown.last

    @property
    def proof_error(self) -> str:
        return " ".join(self.fields.extra_errors.get(PROOF, []))

    @property
    def message(self) -> str:
        """What is wrong, above the form."""
        general = [str(error) for error in self.fields.errors.get(NON_FIELD_ERRORS, [])]
        if set(self.fields.errors) - {NON_FIELD_ERRORS}:
            general.insert(0, "Please look at the marked fields. Nothing you typed is lost.")
        return " ".join([*general, self.proof_error]).strip()

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Of a form of several pages: title and whether it is done, here or to come."""
        pages = self.way.definition.pages
        here = self.shown.page.number
        states = {-1: "done", 0: "here", 1: "ahead"}
        return (
            [
                {
                    "title": page.title,
                    "state": states[(page.number > here) - (page.number < here)],
                    "number": page.number,
                }
                for page in pages
            ]
            if len(pages) > 1
            else []
        )

    @property
    def counted(self) -> bool:
        """The view of this page is no new one."""
        return self.preview or self.fields.is_bound

    @property
    def needs_marks(self) -> bool:
        return any(field.field.required for block in self.blocks for field in block.fields)
