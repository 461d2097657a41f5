from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row, Submit
from django import forms


class FilterForm(forms.Form):
    """The base of every report's filter panel."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in sorted(set(self.data) - set(self.fields)):
            self.add_error(None, f"“{name[:50]}” is not a filter of this report.")
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "The period ends before it starts.")
        return cleaned

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_method = "get"
        columns = [Column(name, css_class="col-6 col-md-4 col-xl") for name in self.fields]
        helper.layout = Layout(Row(*columns), Submit("", "Show", css_class="btn-primary"))
        return helper
