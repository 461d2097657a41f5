from importlib import import_module

from django.db import migrations

TABLES = import_module("reports.migrations.0004_changed_leads").TABLES
# What was in the table is not known any more, so every row is to be written anew. A lead without one is noted already.
FUNCTION = """
CREATE FUNCTION reports_note_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_changedlead (lead_id) SELECT lead_id FROM reports_leadfact;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER reports_note_truncate AFTER TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION reports_note_truncate()
"""


def watch(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION)
        for table in TABLES:
            schema_editor.execute(TRIGGER.format(table=table))


def look_away(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION reports_note_truncate() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_quick_steps")]

    operations = [migrations.RunPython(watch, look_away)]
