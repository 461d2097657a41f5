from typing import Any

from django import forms


class FilterForm(forms.Form):
    """The base of every report's filter panel."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = forms.ChoiceField.default_error_messages["invalid_choice"]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and field.error_messages["invalid_choice"] == usual:
                choices: Any = field.choices  # the widget of a hidden one has none
                known = ", ".join(str(value) for value, _ in choices if value)
                field.error_messages["invalid_choice"] = f"“%(value)s” is not one of: {known}."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in sorted(set(self.data) - set(self.fields)):
            self.add_error(None, f"“{name[:50]}” is not a filter of this report.")
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "The period ends before it starts.")
        return cleaned
