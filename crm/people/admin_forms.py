"""Forms of the admin's pages about people."""

from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from crm.people.exchange import clean_currency
from crm.people.models import Company, Quota
from crm.people.periods import MONTHS_OF, Period

BACK, AHEAD = 4, 8


class QuotaForm(forms.ModelForm):
    """A month or a quarter, chosen by its name."""

    period = forms.ChoiceField(widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Quota
        fields = ["user", "amount", "currency"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"By {kind}", _around_today(kind)) for kind in reversed(MONTHS_OF)]
        if self.instance.starts_on:
            now = self.instance.period
            self.fields["period"].initial = key = now.key if now else "kept"
            choices.insert(0, ("As it is", [(key, self.instance.period_label)]))
        else:
            self.fields["period"].initial = Period.around(timezone.localdate(), "quarter").key
            self.fields["currency"].initial = Company.current().currency
        self.fields["period"].choices = choices  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        return clean_currency(self.cleaned_data["currency"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if period := Period.parse(cleaned.get("period", "")):
            self.instance.starts_on, self.instance.ends_on = period.starts_on, period.ends_on
        return cleaned


def _around_today(kind: str) -> list[tuple[str, str]]:
    period = Period.around(timezone.localdate(), kind)
    for _ in range(BACK):
        period = period.previous
    found = [period]
    while len(found) <= BACK + AHEAD:
        found.append(found[-1].next)
    return [(period.key, str(period)) for period in found]
