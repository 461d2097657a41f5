"""Forms of the routing pages: conditions as people read them, and a lead to try the rules with."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from crm.campaigns.models import Campaign, Path, Source
from leads.models import InquiryForm, Lead, Operator, Question, RoutingCondition, RoutingField
from leads.routing.values import WrongValue, clean_values

Choices = list[Any]


class RoutingConditionForm(forms.ModelForm):
    """One list of all that a condition can look at, and its values separated by commas."""

    what = forms.ChoiceField(label="If", widget=UnfoldAdminSelectWidget)
    operator = forms.ChoiceField(label="is", choices=Operator, initial=Operator.IN, widget=UnfoldAdminSelectWidget)
    values = forms.CharField(
        label="values",
        max_length=2000,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="US, CA",
    )

    class Meta:
        model = RoutingCondition
        fields = ("operator",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = _subjects()  # type: ignore[attr-defined]
        if self.instance.pk:
            kept = self.instance
            self.fields["what"].initial = f"question:{kept.question_id}" if kept.question_id else f"field:{kept.field}"
            self.fields["values"].initial = ", ".join(map(str, kept.value))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, _, key = cleaned.get("what", "").partition(":")
        if not kind or "operator" not in cleaned:
            return cleaned
        question = Question.objects.filter(pk=key).first() if kind == "question" else None
        self.instance.question, self.instance.field = question, "" if question else key
        try:
            self.instance.value = clean_values(
                cleaned.get("values", ""), operator=cleaned["operator"], field=self.instance.field, question=question
            )
        except WrongValue as wrong:
            self.add_error("values", str(wrong))
        return cleaned


def _subjects() -> Choices:
    fields = [(f"field:{value}", label) for value, label in RoutingField.choices]
    questions = Question.objects.filter(active=True).values_list("pk", "text")
    asked = [(f"question:{pk}", text) for pk, text in questions]
    return [("Lead", fields), *([("Answers", asked)] if asked else [])]


class WhoForm(forms.Form):
    """A lead of the list, or else one that is typed."""

    lead = forms.ModelChoiceField(
        Lead.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="One of the newest. Or type one:",
    )
    email = forms.EmailField(required=False, label="E-mail", widget=UnfoldAdminTextInputWidget)
    country = forms.CharField(max_length=2, required=False, widget=UnfoldAdminTextInputWidget)
    region = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    postcode = forms.CharField(max_length=20, required=False, widget=UnfoldAdminTextInputWidget)
    city = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    industry = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    employees = forms.IntegerField(min_value=0, required=False, widget=UnfoldAdminIntegerFieldWidget)
    score = forms.IntegerField(required=False, widget=UnfoldAdminIntegerFieldWidget)
    path = forms.ChoiceField(choices=[("", "Not yet"), *Path.choices], required=False, widget=UnfoldAdminSelectWidget)
    source = forms.ModelChoiceField(Source.objects.all(), required=False, widget=UnfoldAdminSelectWidget)
    campaign = forms.ModelChoiceField(Campaign.objects.all(), required=False, widget=UnfoldAdminSelectWidget)
    form = forms.ModelChoiceField(InquiryForm.objects.all(), required=False, widget=UnfoldAdminSelectWidget)

    NEWEST = 200

    def __init__(self, *args: Any, leads: Any, chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = list(leads.order_by("-pk").values_list("pk", flat=True)[: self.NEWEST])
        wanted = [*newest, *([int(chosen)] if chosen.isascii() and chosen.isdecimal() and len(chosen) < 18 else [])]
        self.fields["lead"].queryset = leads.filter(pk__in=wanted).order_by("-pk")  # type: ignore[attr-defined]

    @property
    def typed(self) -> Lead:
        """Not saved."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("lead", "form")}
        return Lead(**(given | {"country": given["country"].upper(), "score": given["score"] or 0}))

    @property
    def slug(self) -> str:
        chosen = self.cleaned_data["form"]
        return chosen.slug if chosen else ""
