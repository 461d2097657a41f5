"""Which constraint an IntegrityError is about: only the one that is expected may be told to a person as theirs."""

from django.db import IntegrityError
from django.db.models import Model, UniqueConstraint


def breaks(error: IntegrityError, model: type[Model], name: str) -> bool:
    """Whether it is the unique constraint ``name`` of ``model``. PostgreSQL says its name, SQLite its columns."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == name)
    constraint = next(one for one in model._meta.constraints if isinstance(one, UniqueConstraint) and one.name == name)
    known = {field.name: field.column for field in model._meta.concrete_fields}
    columns = [known[field] for field in constraint.fields]
    return str(error) == "UNIQUE constraint failed: " + ", ".join(f"{model._meta.db_table}.{one}" for one in columns)
