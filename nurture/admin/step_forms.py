"""A step as a marketing manager writes it: only what its kind needs counts, and what is left over is dropped."""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from crm.web.holding import held
from leads.models import Question
from leads.routing.values import WrongValue
from nurture.mail.tags import MERGE_TAGS
from nurture.mail.templates import TemplateRefused, check_line, check_template
from nurture.models import BranchField, Step, StepKind, WaitFor
from nurture.models.step import FIELDS_OF_THE_LEAD
from nurture.values import as_typed, clean_branch

CHECKS = {"subject": check_line, "body": check_template, "script": check_template}
TAG_HELP = "Merge tags: " + ", ".join(f"{{{{ {tag} }}}}" for tag in MERGE_TAGS)
BRANCHES = ("looks_at", "operator", "typed", "goes_to")
# Which fields count for which kind; the same table is in static/css/admin_steps.css, which shows only those.
FIELDS: dict[str, tuple[str, ...]] = {
    StepKind.EMAIL: ("subject", "body", "question", "continues_thread"),
    StepKind.CALL: ("script", "max_attempts"),
    StepKind.WAIT: ("wait_for", "wait_days", "wait_weekday", "wait_time"),
    StepKind.BRANCH: BRANCHES,
    StepKind.GO_TO: ("goes_to",),
    StepKind.END: (),
}
NEEDED: dict[str, tuple[str, ...]] = {
    StepKind.EMAIL: ("subject", "body"),
    StepKind.BRANCH: ("looks_at", "goes_to"),
    StepKind.GO_TO: ("goes_to",),
}
NEEDED_BY_WAITS: dict[str, str] = {
    WaitFor.DAYS: "wait_days",
    WaitFor.BUSINESS_DAYS: "wait_days",
    WaitFor.WEEKDAY: "wait_weekday",
    WaitFor.TIME: "wait_time",
}
DEFAULTS = {field.name: field.get_default() for field in Step._meta.concrete_fields}
OF_SOME_KINDS = sorted({name for names in FIELDS.values() for name in names})


class StepForm(forms.ModelForm):
    looks_at = forms.ChoiceField(label="If", required=False, widget=UnfoldAdminSelectWidget)
    typed = forms.CharField(
        label="Value",
        required=False,
        max_length=2_000,
        widget=UnfoldAdminTextInputWidget,
        help_text="“is one of”: values with commas between them. “is at least”: 50, 5000, 2026-12-31 or 3 months.",
    )

    class Meta:
        model = Step
        fields = (
            "position", "kind", "name", "wait_for", "wait_days", "wait_weekday", "wait_time", "operator", "goes_to",
            "subject", "body", "question", "continues_thread", "script", "max_attempts",
        )  # fmt: skip
        labels = {"question": "Asks", "max_attempts": "Tries", "operator": "Compares", "goes_to": "Then go to"}
        help_texts = {
            "body": TAG_HELP,
            "script": TAG_HELP,
            "question": "Asked in the mail by one link for each choice.",
            "goes_to": "The name of a step. A branch that does not hold goes on to the next step.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("position", "wait_for", "wait_days", "operator", "max_attempts"):
            self.fields[name].required = False
        self.fields["looks_at"].choices = [("", "---------"), *_subjects()]  # type: ignore[attr-defined]
        self.fields["question"].widget.choices = [("", "---------"), *_questions()]
        if self.instance.pk and self.instance.kind == StepKind.BRANCH:
            step = self.instance
            self.initial["looks_at"] = f"question:{step.question_id}" if step.question_id else f"field:{step.field}"
            self.initial["typed"] = as_typed(step)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        kind = str(data.get("kind", ""))
        if kind not in FIELDS:
            return data
        for name in set(OF_SOME_KINDS) - set(FIELDS[kind]):
            self._drop(name, data)
        self._default_blank_ones(data)
        self._check_texts(data)
        self._require(kind, data)
        self.instance.field, self.instance.value = "", []
        if kind == StepKind.BRANCH:
            self._look_at(data)
        return data

    def _drop(self, name: str, data: dict[str, Any]) -> None:
        self.errors.pop(name, None)
        data[name] = DEFAULTS.get(name, "")

    def _default_blank_ones(self, data: dict[str, Any]) -> None:
        for name in ("wait_for", "operator", "wait_days", "max_attempts"):
            if data.get(name) in (None, "") and name not in self.errors:
                data[name] = DEFAULTS[name]

    def _check_texts(self, data: dict[str, Any]) -> None:
        for name, check in CHECKS.items():
            try:
                check(data.get(name) or "")
            except TemplateRefused as refused:
                self.add_error(name, str(refused))

    def _require(self, kind: str, data: dict[str, Any]) -> None:
        needed = NEEDED.get(kind, ())
        if kind == StepKind.WAIT and "wait_for" not in self.errors:
            needed = (NEEDED_BY_WAITS[data["wait_for"]],)
        for name in needed:
            missing = data.get(name) in ("", None) or (name == "wait_days" and not data[name])
            if missing and name not in self.errors:
                self.add_error(name, f"A step of the kind “{StepKind(kind).label}” needs this.")

    def _look_at(self, data: dict[str, Any]) -> None:
        kind, _, key = (data.get("looks_at") or "").partition(":")
        if not kind or "operator" in self.errors:
            return
        question = Question.objects.filter(pk=key).first() if kind == "question" else None
        data["question"], self.instance.field = question, "" if question else key
        try:
            self.instance.value = clean_branch(
                data.get("typed") or "", operator=data["operator"], field=self.instance.field, question=question
            )
        except WrongValue as wrong:
            self.add_error("typed", str(wrong))


@held
def _questions() -> list[tuple[int, str]]:
    return list(Question.objects.filter(active=True).values_list("pk", "text"))


def _subjects() -> list[Any]:
    """What a branch may look at."""
    nurture = [(f"field:{value}", label) for value, label in BranchField.choices]
    lead = [(f"field:{value}", label) for value, label in FIELDS_OF_THE_LEAD]
    answers = [(f"question:{pk}", text) for pk, text in _questions()]
    return [("Nurture", nurture), ("Lead", lead), *([("Answers", answers)] if answers else [])]


class StepFormSet(BaseInlineFormSet):
    """Steps are counted anew in the order in which they are shown, so that moving one is no clash; what has no place
    yet comes last."""

    def clean(self) -> None:
        kept = [form for form in self.forms if self._is_kept(form)]
        last = len(self.forms) + max((form.cleaned_data.get("position") or 0 for form in kept), default=0)
        kept.sort(key=lambda form: _place(form, last))
        for position, form in enumerate(kept):
            form.instance.position = form.cleaned_data["position"] = position
        self._refuse_names_that_are_there_twice(kept)
        super().clean()

    def _refuse_names_that_are_there_twice(self, kept: list[forms.ModelForm]) -> None:
        seen: set[str] = set()
        for form in kept:
            name = form.cleaned_data.get("name") or ""
            if name in seen:
                form.add_error("name", "Another step has this name.")
            seen |= {name} - {""}

    def _is_kept(self, form: forms.ModelForm) -> bool:
        filled = form.has_changed() or form.instance.pk
        return bool(filled and form.is_valid() and not form.cleaned_data.get("DELETE"))

    def save(self, commit: bool = True) -> Any:
        """Parked out of the way first: two steps that change places are never in one at the same time."""
        if not commit:
            return super().save(commit=False)
        steps = Step.objects.filter(sequence=self.instance)
        places = {form.instance.pk: form.instance.position for form in self.initial_forms if self._is_kept(form)}
        for number, pk in enumerate(steps.order_by("-position").values_list("pk", flat=True)):
            steps.filter(pk=pk).update(position=PARKED - number)
        saved = super().save()
        for pk, position in places.items():
            steps.filter(pk=pk).update(position=position)
        return saved


PARKED = 30_000


def _place(form: forms.ModelForm, last: int) -> int:
    position = form.cleaned_data.get("position")
    return last if position is None else position
