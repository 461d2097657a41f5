"""What models say of their columns."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def table(model: type[Model]) -> str:
    return quoted(model._meta.db_table)


def column(model: type[Model], name: str) -> str:
    return quoted(str(field_of(model, name).column))


def field_of(model: type[Model], name: str) -> "Field[Any, Any]":
    return model._meta.pk if name == "pk" else model._meta.get_field(name)  # type: ignore[return-value]


def database() -> BaseDatabaseWrapper:
    """``connection`` itself, which is looked up anew each time that it is used."""
    return connections[DEFAULT_DB_ALIAS]


def prepared(one: Any, value: Any, to: BaseDatabaseWrapper) -> Any:
    return None if value is None else one.get_db_prep_save(value, to)
