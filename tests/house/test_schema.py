"""What models say of indexes and constraints is in the database: no migration took out more than it said."""

import re

import pytest
from django.apps import apps
from django.db import connection

OURS = {
    config.label for config in apps.get_app_configs() if config.name.startswith(("crm.", "leads", "nurture", "reports"))
}
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS and model._meta.managed]


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_index_and_constraint_is_there(model):
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, model._meta.db_table)
    named = {one.name for one in [*model._meta.constraints, *model._meta.indexes]}
    assert named - (set(there) if connection.vendor == "postgresql" else _named_by_sqlite(model)) == set()
    unique = {(field.column,) for field in model._meta.local_fields if field.unique}
    assert unique <= {tuple(one["columns"]) for one in there.values() if one["unique"] or one["primary_key"]}
    keys = {
        (field.column,) for field in model._meta.local_concrete_fields if field.remote_field and field.db_constraint
    }
    assert keys <= {tuple(one["columns"]) for one in there.values() if one["foreign_key"]}


def _named_by_sqlite(model):
    """Django does not read every CHECK of SQLite."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s", [model._meta.db_table])
        return set(re.findall(r'(?:CONSTRAINT|INDEX) "?(\w+)', " ".join(sql or "" for (sql,) in cursor.fetchall())))
