"""Custom fields in the forms of records."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from crm.fields.definitions import Definition, definitions, kind_of
from crm.fields.inputs import form_field
from crm.fields.kinds import CHOICE_KINDS, FieldKind
from crm.fields.rows import clean
from crm.fields.services.values import values_of_one
from crm.fields.time_frames import as_step, describe
from crm.fields.values import InvalidValue, display
from crm.people.models import Company
from crm.web.edits import VersionedForm
from crm.web.holding import holding

BLANK = ("", "\N{EN DASH}")
COMPACT = (FieldKind.CHOICE, FieldKind.BOOLEAN, FieldKind.TIME_FRAME)


def input_for(definition: Definition, value: Any = None) -> forms.Field:
    """With ``value``, what it is now, as its initial. Short lists are dropped down, a text is one line until it needs
    more."""
    kept = (value if isinstance(value, list) else [value]) if definition.kind in CHOICE_KINDS else []
    field = form_field(definition, required=definition.required, kept=kept)
    field.initial = as_typed(definition, value)
    if definition.kind in COMPACT:
        field.choices = [BLANK, *_choices(field, definition, value)]  # type: ignore[attr-defined]
        field.widget = forms.Select(choices=field.choices)  # type: ignore[attr-defined]
    if definition.kind == FieldKind.MONEY:
        field.label = f"{definition.label} in {currency_of(value)}"
    if definition.kind == FieldKind.DATE:
        field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    if definition.kind == FieldKind.TEXT:
        field.widget.attrs["rows"] = 1 + min(5, len(str(value or "")) // 60 + str(value or "").count("\n"))
    return field


def _choices(field: Any, definition: Definition, value: Any) -> Iterable[tuple[str, str]]:
    """A time frame may be another one than the usual steps."""
    yield from field.choices
    if definition.kind == FieldKind.TIME_FRAME and value and as_step(value["days"]) not in dict(field.choices):
        yield as_step(value["days"]), describe(value["days"])


def currency_of(value: Any) -> str:
    """An amount stays in the currency that it has."""
    return str(value["currency"]) if value else Company.current().currency


def as_typed(definition: Definition, value: Any) -> Any:
    if value is None:
        return None
    match definition.kind:
        case FieldKind.BOOLEAN:
            return "yes" if value else "no"
        case FieldKind.MONEY:
            return value["amount"]
        case FieldKind.TIME_FRAME:
            return as_step(value["days"])
    return value


def cleaned(definition: Definition, typed: Any, before: Any = None) -> Any:
    """What the field gave, as JSON; an amount is of the currency that its label said. Raises InvalidValue."""
    value = clean(definition, typed)
    if definition.kind == FieldKind.MONEY and value is not None:
        return value | {"currency": currency_of(before)}
    return value


class CustomFields(forms.BaseForm):
    """A form's custom fields: ``add_inputs`` adds them, cleaning fills ``custom``, ready to be written."""

    custom: dict[Definition, Any]
    custom_asked: Mapping[str, Definition]
    custom_known: Mapping[Definition, Any]

    def add_inputs(self, found: Iterable[Definition], known: Mapping[Definition, Any]) -> None:
        self.custom_asked, self.custom_known, self.custom = {field.name: field for field in found}, known, {}
        with holding():  # the company's currency is read once
            inputs = {name: input_for(field, known.get(field)) for name, field in self.custom_asked.items()}
        self.fields |= inputs

    @property
    def custom_by_key(self) -> dict[str, Any]:
        """What was filled in, after cleaning."""
        return {field.key: value for field, value in self.custom.items() if value is not None}

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name, definition in self.custom_asked.items():
            if name in self.cleaned_data:
                self._clean_custom(name, definition)

    def _clean_custom(self, name: str, definition: Definition) -> None:
        try:
            self.custom[definition] = cleaned(definition, self.cleaned_data[name], self.custom_known.get(definition))
        except InvalidValue as error:
            self.add_error(name, str(error))


class CustomForm(CustomFields, VersionedForm):
    """The edit form of a record: what ``user`` may see is asked beside the columns."""

    def add_fields(self) -> None:
        kind = kind_of(self._meta.model)
        found = definitions(str(kind), user=self.user) if self.user is not None and kind else []
        self.add_inputs(found, values_of_one(self.instance, found) if self.instance.pk else {})

    def columns(self) -> list[str]:
        return [name for name in super().columns() if name not in self.custom_asked]

    def custom_values(self) -> dict[Definition, Any]:
        return self.custom

    def _texts(self, record: Any) -> dict[str, str]:
        """What differs from what was seen is told of these too."""
        known = self.custom_known if record is self.instance else values_of_one(record, self.custom_asked.values())
        shown = {
            field.name: display(field, known[field]) if field in known else "" for field in self.custom_asked.values()
        }
        return super()._texts(record) | shown
