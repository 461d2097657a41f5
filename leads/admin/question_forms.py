"""What a question, its choices and its conditions must be before they are saved."""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget

from leads.asking import Condition, circle
from leads.condition_values import ConditionRefused, as_typed, describe, parse, uses_choice
from leads.conditions import all_conditions
from leads.models import Choice, Criterion, PolicyStatus, Question, QuestionCondition
from leads.models.question import CHOICE_KINDS


class QuestionForm(forms.ModelForm):
    class Meta:
        model = Question
        fields = ("text", "help_text", "kind", "dimension", "key", "active", "position")

    def clean_active(self) -> bool:
        active: bool = self.cleaned_data["active"]
        if not active and (others := self._depending(question__active=True)):
            names = ", ".join(f"“{other}”" for other in others)
            raise forms.ValidationError(f"Nobody would be asked {names} any more: change what they depend on first.")
        return active

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        if self.instance.pk and kind != self.instance.kind and (others := self._depending()):
            raise forms.ValidationError(f"“{others[0]}” depends on it: remove that condition first.")
        return kind

    def _depending(self, **which: Any) -> list[Question]:
        if self.instance.pk is None:
            return []
        conditions = self.instance.conditions_on_it.filter(**which).select_related("question")
        return list({condition.question.pk: condition.question for condition in conditions}.values())


class ChoiceFormSet(BaseInlineFormSet):
    """A choice that was given or that something depends on keeps its value; it can be offered no more."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if self.instance.kind in CHOICE_KINDS and not self.total_error_count() and not any(map(_offered, kept)):
            raise forms.ValidationError("Add at least one choice that is offered.")
        for form in self.initial_forms:
            self._check(form)

    def _check(self, form: forms.ModelForm) -> None:
        if not form.cleaned_data:
            return
        deleted = bool(form.cleaned_data.get("DELETE"))
        before = Choice(pk=form.instance.pk, question_id=self.instance.pk, value=str(form.initial.get("value", "")))
        if not (deleted or "value" in form.changed_data) or not (use := _use_of(before)):
            return
        if deleted:
            raise forms.ValidationError(f"“{form.instance}” {use}: untick “offered” instead of deleting it.")
        form.add_error("value", f"This choice {use}, so its value stays. The label can change.")


def _offered(form: forms.ModelForm) -> bool:
    return bool(form.cleaned_data.get("active"))


def _use_of(choice: Choice) -> str:
    """Why it must keep its value, or ""."""
    question = choice.question
    for condition in question.conditions_on_it.select_related("question"):
        if uses_choice(condition, choice):
            return f"decides whether “{condition.question}” is asked"
    judged = Criterion.objects.filter(question=question).exclude(policy__status=PolicyStatus.RETIRED)
    for criterion in judged.select_related("policy"):
        if isinstance(criterion.value, list) and choice.value in criterion.value:
            return f"counts in the policy “{criterion.policy}”"
    values = question.answers.values_list("value", flat=True).distinct()
    given = any(choice.value in (value if isinstance(value, list) else [value]) for value in values)
    return "was given as an answer" if given else ""


class ConditionForm(forms.ModelForm):
    """``typed`` becomes the stored value."""

    typed = forms.CharField(
        label="Value",
        required=False,
        max_length=2_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 1}),
        help_text="“is one of”: answers with commas between them. “is at least”: 5000, 2026-12-31 or 3 months.",
    )

    class Meta:
        model = QuestionCondition
        fields = ("on", "operator")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["typed"] = as_typed(self.instance)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        on, operator = data.get("on"), data.get("operator")
        if on and operator and "typed" in data:
            try:
                self.instance.value = parse(on, operator, data["typed"])
            except ConditionRefused as refused:
                self.add_error("typed", str(refused))
            if not on.active:
                self.add_error("on", f"“{on}” is retired: nobody answers it any more.")
        return data

    def has_changed(self) -> bool:
        """A row where only the operator's default is set was not filled in."""
        return super().has_changed() and bool(self.instance.pk or set(self.changed_data) & {"on", "typed"})


class ConditionFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        found = [_condition(form) for form in rows if not form.errors and form.cleaned_data.get("on")]
        key = self.instance.key
        if key in {condition.on for condition in found}:
            raise forms.ValidationError("A question cannot depend on its own answer.")
        if ring := circle(key, {**all_conditions(), key: found}):
            texts = dict(Question.objects.filter(key__in=ring).values_list("key", "text"))
            way = " → ".join(f"“{texts.get(one, self.instance.text)}”" for one in ring)
            raise forms.ValidationError(f"These would wait for each other and never be asked: {way}.")


def _condition(form: forms.ModelForm) -> Condition:
    return Condition(form.cleaned_data["on"].key, form.cleaned_data["operator"], form.instance.value)


def condition_texts(question: Question) -> list[str]:
    return [describe(condition) for condition in question.conditions.all()]
