"""One criterion of a draft: what it looks at decides how it is compared and which field asks for the value."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelect2MultipleWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from leads.admin.criterion_values import Kind, kind_of, subjects
from leads.models import Criterion, EngagementKind, Operator, Question


class CriterionForm(forms.ModelForm):
    subject = forms.ChoiceField(label="Looks at", widget=UnfoldAdminSelectWidget)
    value = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "First choose what it looks at"})
    )

    class Meta:
        model = Criterion
        fields = (
            "position", "label", "page", "operator", "points", "must_have", "within_days", "half_life_days"
        )  # fmt: skip
        widgets = {"operator": UnfoldAdminSelectWidget}
        labels = {
            "page": "Page (of visits)",
            "within_days": "Only of the last … days",
            "half_life_days": "Points halve every … days",
        }
        help_texts = {
            "page": "Its key, as the tracked page names itself: pricing. Empty: any page.",
            "within_days": "Older answers count as unknown, older engagement not at all.",
            "half_life_days": "Counted from the answer, or from the last time it happened. Empty: they never fade.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = [("", "---------"), *subjects()]  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial = {
                **self.initial,
                "subject": _without_page(self.instance.subject),
                "value": self.instance.value,
            }
        self.kind = kind_of(self._subject())
        if self.kind:
            self._take(self.kind)

    @property
    def media(self) -> forms.Media:
        """Also of the fields that take the value's place when something else is chosen to look at."""
        return super().media + UnfoldAdminSelect2MultipleWidget().media

    def _subject(self) -> str:
        known = self.data.get(self.add_prefix("subject")) if self.is_bound else self.initial.get("subject")
        return str(known or "")

    def _take(self, kind: Kind) -> None:
        field = kind.field()
        field.label = "Value"
        self.fields["value"] = field
        self.fields["operator"].choices = [(one.value, one.label) for one in kind.operators]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.kind is None:
            return data
        self._check_value(self.kind, data)
        self._check_engagement(data)
        if not self.kind.ages:
            for name in ("within_days", "half_life_days"):
                if data.get(name):
                    self.add_error(name, "Only answers and engagement get older. Leave it empty.")
        if not data.get("points") and not data.get("must_have") and "points" not in self.errors:
            self.add_error("points", "It would count for nothing: give it points, or make it a must-have.")
        self._look_at(data)
        return data

    def _check_value(self, kind: Kind, data: dict[str, Any]) -> None:
        if "operator" in self.errors:
            data.pop("value", None)
            return
        if data.get("operator") == Operator.ANSWERED:
            data["value"] = []
        elif data.get("value") in (None, "", []):
            if "value" not in self.errors:
                self.add_error("value", kind.wanted)
        else:
            data["value"] = kind.store(data["value"])

    def _check_engagement(self, data: dict[str, Any]) -> None:
        what = data.get("subject", "").removeprefix("engagement:")
        if data.get("page") and what != EngagementKind.VISIT:
            self.add_error("page", "Only visits are of a page. Leave it empty.")
        if what in EngagementKind.values and data.get("operator") == Operator.AT_LEAST and data.get("value") == 0:
            self.add_error("value", "Everybody did it at least 0 times. Enter 1 or more.")

    def _look_at(self, data: dict[str, Any]) -> None:
        what, _, name = data.get("subject", "").partition(":")
        question = Question.objects.filter(key=name).first() if what == "answer" else None
        self.instance.question = question
        for attribute in ("field", "engagement", "age"):
            setattr(self.instance, attribute, name if what == attribute else "")


def _without_page(subject: str) -> str:
    return ":".join(subject.split(":")[:2])
