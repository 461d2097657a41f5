"""Whom a sequence enrolls, as rows of conditions."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from crm.web.admin import PartInline
from leads.routing.values import WrongValue
from nurture.models import EnrollmentCondition
from nurture.values import as_typed, clean_enrollment


class EnrollmentConditionForm(forms.ModelForm):
    typed = forms.CharField(
        label="values", required=False, max_length=2_000, widget=UnfoldAdminTextInputWidget, help_text="web, fair"
    )

    class Meta:
        model = EnrollmentCondition
        fields = ("field", "operator")
        labels = {"field": "If", "operator": "is"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["typed"] = as_typed(self.instance)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("field") and data.get("operator"):
            try:
                typed = data.get("typed") or ""
                self.instance.value = clean_enrollment(typed, operator=data["operator"], field=data["field"])
            except WrongValue as wrong:
                self.add_error("typed", str(wrong))
        return data

    def has_changed(self) -> bool:
        """A row where only the operator's default is set was not filled in."""
        return super().has_changed() and bool(self.instance.pk or set(self.changed_data) & {"field", "typed"})


class EnrollmentConditionInline(PartInline):
    model = EnrollmentCondition
    form = EnrollmentConditionForm
    fields = ("field", "operator", "typed")
    verbose_name = "condition"
    verbose_name_plural = "whom it enrolls: all of these must hold (none: every lead)"
