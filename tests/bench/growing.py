"""Rows by the million: PostgreSQL writes them itself, from an instance of the model and a few expressions of ``n``."""

from typing import Any

from django.apps import apps
from django.db import connection, models

APART = 10_000_000_000


def multiply(instance: models.Model, first: int, last: int, *, where: str = "true", **expressions: str) -> None:
    """One row for each n from ``first`` to ``last``. ``expressions`` are SQL by field name; every other column is as in
    ``instance``, so that a new column of the model needs no change here."""
    fields = [field for field in instance._meta.local_concrete_fields if not field.primary_key]
    keys = [field.column for field in instance._meta.local_concrete_fields if field.primary_key]
    columns = {instance._meta.get_field(name).column: sql for name, sql in expressions.items() if name != "id"}
    values, parameters = [expressions.get("id", "n")], []
    for field in fields:
        values.append(columns.get(field.column, "%s"))
        if field.column not in columns:
            parameters.append(field.get_db_prep_save(field.pre_save(instance, add=True), connection))
    names = ", ".join(f'"{name}"' for name in [*keys, *(field.column for field in fields)])
    run(
        f'INSERT INTO "{instance._meta.db_table}" ({names}) SELECT {", ".join(values)} '
        f"FROM generate_series({first}, {last}) AS n WHERE {where}",
        parameters,
    )


def run(sql: str, parameters: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def count_ids_apart() -> None:
    """From here on the ids that the product gives begin far above those of the data set, each table's in a range of its
    own: an id says whose it is."""
    for place, model in enumerate(apps.get_models(include_auto_created=True), 1):
        key = model._meta.pk
        if isinstance(key, models.BigAutoField):
            run(f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', '{key.column}'), {place * APART})")
