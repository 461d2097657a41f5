"""What a person chooses when converting a lead."""

from typing import Any

from django import forms

from leads.convertible import Options
from leads.services.conversion import ConversionChoice
from leads.services.opportunity_defaults import OpportunityDefaults

NEW, SKIP = "new", "skip"


class ConvertForm(forms.Form):
    """Accounts, contacts and opportunities are those of ``options``; "new" makes one from the lead."""

    account = forms.ChoiceField(widget=forms.RadioSelect)
    contact = forms.ChoiceField(widget=forms.RadioSelect)
    opportunity = forms.ChoiceField(widget=forms.RadioSelect)
    name = forms.CharField(max_length=200, required=False)
    amount = forms.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False)
    currency = forms.RegexField(r"^[A-Za-z]{3}$", required=False, help_text="Three letters, such as EUR.")
    close_date = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    skip_reason = forms.CharField(max_length=500, required=False, label="Why is there no opportunity?")
    override_reason = forms.CharField(
        max_length=500,
        required=False,
        label="Convert although it is not ready, because",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, options: Options, defaults: OpportunityDefaults) -> None:
        self.options = options
        super().__init__(data, initial=_initial(options, defaults))
        self._choices("account", [(match.account.pk, str(match.account)) for match in options.accounts])
        self._choices("contact", [(option.contact.pk, str(option.contact)) for option in options.contacts])
        self._choices(
            "opportunity", [(option.opportunity.pk, str(option.opportunity)) for option in options.opportunities]
        )
        self.fields["opportunity"].choices += [(SKIP, "No opportunity")]  # type: ignore[attr-defined]

    def _choices(self, name: str, existing: list[tuple[int, str]]) -> None:
        self.fields[name].choices = [(NEW, "New"), *((str(pk), label) for pk, label in existing)]  # type: ignore[attr-defined]

    def choice(self) -> ConversionChoice:
        given = self.cleaned_data
        return ConversionChoice(
            account=_chosen(given["account"], [match.account for match in self.options.accounts]),
            contact=_chosen(given["contact"], [option.contact for option in self.options.contacts]),
            opportunity=_chosen(given["opportunity"], [option.opportunity for option in self.options.opportunities]),
            name=given["name"],
            amount=given["amount"],
            currency=given["currency"].upper(),
            close_date=given["close_date"],
            skip_opportunity=given["opportunity"] == SKIP,
            skip_reason=given["skip_reason"],
            override_reason=given["override_reason"],
        )

    def add_refusals(self, errors: dict[str, str]) -> None:
        for key, message in errors.items():
            name = "opportunity" if key == "skip_opportunity" else key
            self.add_error(name if name in self.fields else None, message)


def _chosen(value: str, records: list[Any]) -> Any:
    return next((record for record in records if str(record.pk) == value), None)


def _initial(options: Options, defaults: OpportunityDefaults) -> dict[str, Any]:
    """Only exact matches are chosen beforehand: of what is merely alike a person decides."""
    contact = next((option.contact for option in options.contacts if option.score == 100), None)
    same = next((option.account for option in options.accounts if option.score == 100 and not option.found), None)
    account = contact.account if contact else same
    return {
        "account": str(account.pk) if account else NEW,
        "contact": str(contact.pk) if contact else NEW,
        "opportunity": NEW,
        "name": defaults.name,
        "amount": defaults.amount,
        "currency": defaults.currency,
        "close_date": defaults.close_date,
    }
