"""What a check of one row cannot say: a value is of the kind of its field, the field is of this kind of record, the
choice is one of the field's; and a field keeps its kind. Triggers say it, on both databases (migrations use these).

SQLite drops a table's triggers when a migration rebuilds the table: such a migration guards it again, and a test tells.
"""

from typing import Any

from django.db.migrations import RunPython

_FIELD = (
    "SELECT 1 FROM fields_customfield f WHERE f.id = NEW.field_id AND f.kind = NEW.kind AND f.record_kind = {record}"
)
_CHOICE = "SELECT 1 FROM fields_fieldchoice c WHERE c.id = NEW.choice_id AND c.field_id = NEW.field_id"
_UNFIT = f"NOT EXISTS ({_FIELD}) OR (NEW.choice_id IS NOT NULL AND NOT EXISTS ({_CHOICE}))"
FUNCTIONS = (
    f"""CREATE FUNCTION fields_value_is_of_its_field() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF {_UNFIT.format(record="TG_ARGV[0]")} THEN
            RAISE 'value_is_of_its_field' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW; END $$""",
    """CREATE FUNCTION fields_stays_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE 'custom_field_stays_as_it_is' USING ERRCODE = 'check_violation'; END $$""",
)
# Table and the columns of it that never change.
KEPT = {"fields_customfield": ("kind", "record_kind", "key"), "fields_fieldchoice": ("field_id",)}


def guard_definitions() -> RunPython:
    return RunPython(_guard_definitions, _release_definitions)


def guard_values(table: str, record_kind: str) -> RunPython:
    """``table`` holds values of fields of records of that kind."""

    def guard(apps: Any, editor: Any) -> None:
        for statement in _on_values(editor.connection.vendor, table, record_kind):
            editor.execute(statement)

    def release(apps: Any, editor: Any) -> None:
        for name in _names(editor.connection.vendor, table):
            editor.execute(_drop(editor.connection.vendor, name, table))

    return RunPython(guard, release)


def _names(vendor: str, table: str) -> list[str]:
    return [f"{table}_fits"] if vendor == "postgresql" else [f"{table}_fits_insert", f"{table}_fits_update"]


def _on_values(vendor: str, table: str, record_kind: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE TRIGGER {table}_fits BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION fields_value_is_of_its_field('{record_kind}')"
        ]
    unfit = _UNFIT.format(record=f"'{record_kind}'")
    return [
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {unfit} "
        "BEGIN SELECT RAISE(ABORT, 'value_is_of_its_field'); END"
        for name, event in zip(_names(vendor, table), ("INSERT", "UPDATE"), strict=True)
    ]


def _guard_definitions(apps: Any, editor: Any) -> None:
    postgresql = editor.connection.vendor == "postgresql"
    for function in FUNCTIONS if postgresql else ():
        editor.execute(function)
    for table, columns in KEPT.items():
        changed = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in columns)
        does = (
            "EXECUTE FUNCTION fields_stays_as_it_is()"
            if postgresql
            else "BEGIN SELECT RAISE(ABORT, 'custom_field_stays_as_it_is'); END"
        )
        row = "FOR EACH ROW " if postgresql else ""
        editor.execute(f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} {row}WHEN ({changed}) {does}")


def _release_definitions(apps: Any, editor: Any) -> None:
    for table in KEPT:
        editor.execute(_drop(editor.connection.vendor, f"{table}_stays", table))
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION fields_value_is_of_its_field()")
        editor.execute("DROP FUNCTION fields_stays_as_it_is()")


def _drop(vendor: str, name: str, table: str) -> str:
    return f"DROP TRIGGER {name}" + (f" ON {table}" if vendor == "postgresql" else "")
