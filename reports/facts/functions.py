"""The same on both databases."""

from typing import Any

from django.db.models import Aggregate, Func, IntegerField, TextField, Value
from django.db.models.functions import Cast, Concat


def text(value: str) -> Cast | Value:
    """A column as text; a literal where it is none."""
    return Cast(value, TextField()) if value else Value("", output_field=TextField())


def token(letter: str, column: str, separator: str = "", other: str = "") -> Concat:
    """A letter, what a column holds, and perhaps another column after a separator."""
    more = [Value(separator), text(other)] if other else []
    return Concat(Value(letter), text(column), *more, output_field=TextField())


class Days(Func):
    """From the second day to the first."""

    output_field = IntegerField()
    template, arg_joiner = "(%(expressions)s)", " - "

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template, joiner = "CAST(julianday(%(expressions)s) AS INTEGER)", ") - julianday("
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **extra)


class JSONText(Func):
    """A JSON value without quotes, as text."""

    output_field = TextField()
    template = "(%(expressions)s #>> '{}')"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "CAST(JSON_EXTRACT(%(expressions)s, '$') AS TEXT)"
        return self.as_sql(compiler, connection, template=template, **extra)


class Tokens(Aggregate):
    """Each once, each followed by a comma; null where there are none."""

    output_field = TextField()
    template = "STRING_AGG(DISTINCT %(expressions)s, ',') || ','"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "GROUP_CONCAT(DISTINCT %(expressions)s) || ','"
        return self.as_sql(compiler, connection, template=template, **extra)
