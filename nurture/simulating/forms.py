"""What the marketing manager asks a dry run."""

from typing import Any

from django import forms

from nurture.simulating.behavior import Rates
from nurture.simulating.running import MOST_DAYS, MOST_LEADS, WhatIf

MAIL = ("bounces", "opts_out", "replies", "answers", "clicks")
CALL = ("connected", "not_interested", "do_not_call")


def percent(name: str, label: str) -> forms.FloatField:
    usual = getattr(Rates, name)
    return forms.FloatField(min_value=0, max_value=100, required=False, initial=usual, label=f"{label}, %")


class DryRunForm(forms.Form):
    leads = forms.IntegerField(min_value=1, max_value=MOST_LEADS, initial=WhatIf.leads)
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, initial=WhatIf.days)
    seed = forms.IntegerField(
        min_value=0,
        max_value=2**31,
        initial=WhatIf.seed,
        required=False,
        help_text="The same seed gives the same figures.",
    )
    bounces = percent("bounces", "Mails that bounce")
    opts_out = percent("opts_out", "Mails whose recipient opts out")
    replies = percent("replies", "Mails that get a reply")
    answers = percent("answers", "Mails whose question is answered")
    clicks = percent("clicks", "Mails that are clicked")
    connected = percent("connected", "Calls that reach the lead")
    tells = percent("tells", "Open questions answered on such a call")
    not_interested = percent("not_interested", "Calls that end with “not interested”")
    do_not_call = percent("do_not_call", "Calls that end with “do not call”")

    @property
    def what_if(self) -> WhatIf:
        """What was left empty is as usual."""
        given = {name: value for name, value in self.cleaned_data.items() if value is not None}
        rates = Rates(**{name: given[name] for name in Rates.names() if name in given})
        return WhatIf(given["leads"], given["days"], given.get("seed", WhatIf.seed), rates)

    def clean(self) -> dict[str, Any] | None:
        """What can happen to one mail, and to one call, happens at most to all of them."""
        data = super().clean() or {}
        for names in (MAIL, CALL):
            if sum(data.get(name) or 0 for name in names) > 100:
                self.add_error(names[-1], "Together with those above this is more than 100 %.")
        return data
