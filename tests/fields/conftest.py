"""One custom field of each kind, and a value for each."""

import pytest

from crm.fields.definitions import by_key, definitions
from crm.fields.kinds import FieldKind
from crm.fields.rows import clean
from crm.fields.services.values import begin_with, write_values
from tests.factories import NOW, AccountFactory, ContactFactory, CustomFieldFactory, LeadFactory
from tests.leads.conftest import submission

__all__ = ["submission"]
CHOICES = ["small", "large", "huge"]
# Kind: as typed, as stored, as shown, and another value as typed.
EXAMPLES = {
    FieldKind.CHOICE: ("small", "small", "Small", "large"),
    FieldKind.CHOICES: (["large", "small"], ["small", "large"], "Small, Large", ["huge"]),
    FieldKind.BOOLEAN: ("no", False, "No", "yes"),
    FieldKind.NUMBER: ("1250.50", "1250.5", "1,250.5", "-3"),
    FieldKind.MONEY: ("1250.5", {"amount": "1250.50", "currency": "USD"}, "1,250.50 USD", "0"),
    FieldKind.DATE: ("2026-05-01", "2026-05-01", "1 May 2026", "1999-12-31"),
    FieldKind.TIME_FRAME: ("90", {"days": 90}, "Within three months", "none"),
    FieldKind.TEXT: (" Ångström, as agreed ", "Ångström, as agreed", "Ångström, as agreed", "Other"),
}
RECORDS = {"lead": LeadFactory, "contact": ContactFactory, "account": AccountFactory}


@pytest.fixture
def fields(db):
    """fields("lead"): a field of each kind, by key, which is the kind."""

    def make(record_kind="lead", **options):
        for kind in FieldKind:
            choices = CHOICES if kind in (FieldKind.CHOICE, FieldKind.CHOICES) else None
            label = f"My {kind.label.lower()}"
            CustomFieldFactory(
                record_kind=record_kind, key=str(kind), label=label, kind=kind, choices=choices, **options
            )
        return by_key(definitions(record_kind, user=None))

    return make


@pytest.fixture
def known():
    """known(lead, segment="small"): the record's values, as if it had begun with them."""

    def set_values(record, **typed):
        found = by_key(definitions(record._meta.model_name, user=None))
        begin_with(record=record, values={found[key]: clean(found[key], raw) for key, raw in typed.items()})
        return record

    return set_values


@pytest.fixture
def say():
    """say(lead, segment="small", by=rep): written as a person does it."""

    def write(record, by=None, now=NOW, **typed):
        found = by_key(definitions(record._meta.model_name, user=None))
        values = {found[key]: clean(found[key], raw) for key, raw in typed.items()}
        return [field.key for field in write_values(record=record, values=values, by=by, now=now)]

    return write
