"""An inquiry form as its pages, and the way through them: which questions apply, what comes next, what is still wrong.

Everything typed travels with the form from page to page and is checked again as a whole at the end, so nothing depends
on what a browser says was checked before (docs/adr/0005).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.fields.definitions import Definition as CustomDefinition
from crm.fields.definitions import read
from crm.fields.models import CustomField, RecordKind
from crm.web.holding import kept
from leads.asking import Condition, Conditions, applies, standing
from leads.conditions import all_conditions
from leads.facts import questions_by_id
from leads.models import FormQuestion, InquiryForm


@dataclass(frozen=True)
class Page:
    number: int
    title: str
    intro: str
    asks_contact: bool
    questions: tuple[FormQuestion, ...]


@dataclass(frozen=True)
class Definition:
    """``custom``: fields of the lead that are asked with the contact details."""

    form: InquiryForm
    pages: tuple[Page, ...]
    conditions: Conditions
    custom: tuple[CustomDefinition, ...] = ()

    @property
    def questions(self) -> list[FormQuestion]:
        return [asked for page in self.pages for asked in page.questions]


@kept(
    "leads_inquiryform",
    "campaigns_source",
    "campaigns_campaign",
    "leads_formquestion",
    "leads_formstep",
    "leads_formcustomfield",
    "leads_question",
    "leads_choice",
    "leads_questioncondition",
    "fields_customfield",
    "fields_fieldchoice",
)
def definition_of(form: InquiryForm) -> Definition:
    rows = _rows(form)
    steps = list(form.steps.all())
    conditions, custom = all_conditions() if rows else {}, _custom(form)
    if not steps:
        return Definition(form, (Page(1, "", "", True, tuple(rows)),), conditions, custom)
    home = {step.pk: step for step in steps}
    contact = next((step for step in steps if step.asks_contact), steps[0])
    pages = tuple(
        Page(
            number,
            step.title,
            step.intro,
            step is contact,
            tuple(row for row in rows if home.get(row.step_id, steps[0]) is step),  # type: ignore[arg-type]
        )
        for number, step in enumerate(steps, start=1)
    )
    return Definition(form, pages, conditions, custom)


def _rows(form: InquiryForm) -> list[FormQuestion]:
    """Those with active questions; the questions are those that deciding looks at too."""
    questions, rows = questions_by_id(), list(form.form_questions.all())
    for row in rows:
        row.question = questions[row.question_id]
    return [row for row in rows if row.question.active]


def _custom(form: InquiryForm) -> tuple[CustomDefinition, ...]:
    """Those that are not retired; needed as the form says, not as the record does."""
    fields = CustomField.objects.filter(form_rows__form=form, record_kind=RecordKind.LEAD, active=True)
    order = ("form_rows__position", "form_rows__pk", "choices__position", "choices__pk")
    return tuple(read(fields.order_by(*order), required="form_rows__required"))


@dataclass(frozen=True)
class Shown:
    """A page to show: the questions on it, those that a script shows as soon as their conditions hold, and whether it
    is the last one as far as is known."""

    page: Page
    questions: tuple[FormQuestion, ...]
    waiting: tuple[FormQuestion, ...] = ()
    follow_up: bool = False
    first: bool = True
    last: bool = True

    @property
    def keys(self) -> set[str]:
        return {asked.question.key for asked in self.questions}


@dataclass(frozen=True)
class Way:
    """Through ``definition``, knowing ``known`` (question key to stored value). ``skip``: questions that are not asked,
    because the answer is known of whoever came by a signed link."""

    definition: Definition
    known: Mapping[str, Any]
    skip: Collection[str] = field(default_factory=frozenset)
    asks_contact: bool = True

    def applying(self, page: Page) -> tuple[FormQuestion, ...]:
        return tuple(asked for asked in page.questions if self._wanted(asked) and self._applies(asked))

    def waiting(self, page: Page) -> tuple[FormQuestion, ...]:
        return tuple(asked for asked in page.questions if self._wanted(asked) and not self._applies(asked))

    def show(self, page: Page) -> Shown:
        return Shown(
            page,
            self.applying(page),
            self.waiting(page),
            first=self.before(page) is None,
            last=not any(self._possible(later) for later in self.definition.pages if later.number > page.number),
        )

    def follow_up(self, page: Page, asked: Collection[str]) -> Shown | None:
        """The questions of the page that apply by now and were not on it."""
        shown = self.show(page)
        fresh = tuple(question for question in shown.questions if question.question.key not in asked)
        return Shown(page, fresh, follow_up=True, first=False, last=shown.last) if fresh else None

    def after(self, page: Page | None) -> Page | None:
        return self._first(later for later in self.definition.pages if page is None or later.number > page.number)

    def end(self) -> Page:
        return self._first(reversed(self.definition.pages)) or self.definition.pages[-1]

    def before(self, page: Page) -> Page | None:
        return self._first(reversed([earlier for earlier in self.definition.pages if earlier.number < page.number]))

    def _first(self, pages: Iterable[Page]) -> Page | None:
        return next((page for page in pages if self.applying(page) or (page.asks_contact and self.asks_contact)), None)

    def _possible(self, page: Page) -> bool:
        """Something may be asked there, depending on answers still to come."""
        if page.asks_contact and self.asks_contact:
            return True
        standings = (
            standing(asked.question.key, self.definition.conditions, self.known)
            for asked in page.questions
            if self._wanted(asked)
        )
        return any(outcome is not False for outcome in standings)

    def _applies(self, asked: FormQuestion) -> bool:
        return applies(asked.question.key, self.definition.conditions, self.known)

    def _wanted(self, asked: FormQuestion) -> bool:
        return asked.question.key not in self.skip

    def conditions_of(self, asked: FormQuestion) -> list[Condition]:
        return list(self.definition.conditions.get(asked.question.key, ()))
