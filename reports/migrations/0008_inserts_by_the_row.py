"""Of the tables whose rows are mostly inserted one at a time, PostgreSQL looks at each new row by itself, and not at all
at one that no report counts: a table of the statement's rows, as 0004 makes it, takes longer than the row."""

from django.db import migrations

# table: (the lead of a new row, when it counts)
TABLES = {
    "leads_lead": ("NEW.id", "true"),
    "leads_inquiry": ("NEW.lead_id", "true"),
    "leads_stagechange": ("NEW.lead_id", "NEW.reason_id IS NOT NULL"),
    "nurture_enrollment": ("NEW.lead_id", "true"),
    "nurture_touch": (
        "(SELECT lead_id FROM nurture_enrollment WHERE id = NEW.enrollment_id)", "NEW.state = 'sent'",
    ),
}  # fmt: skip
FUNCTION = """
CREATE FUNCTION reports_note_new_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_changedlead (lead_id) VALUES ({lead});
    RETURN NULL;
END $$
"""
BY_ROW = """
CREATE TRIGGER reports_note_insert AFTER INSERT ON {table}
FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION reports_note_new_{table}()
"""
BY_STATEMENT = """
CREATE TRIGGER reports_note_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION reports_note_{table}()
"""
DROP = "DROP TRIGGER reports_note_insert ON {table}"


def by_row(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, (lead, when) in TABLES.items():
        schema_editor.execute(FUNCTION.format(table=table, lead=lead))
        schema_editor.execute(DROP.format(table=table))
        schema_editor.execute(BY_ROW.format(table=table, when=when))


def by_statement(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        schema_editor.execute(f"DROP FUNCTION reports_note_new_{table}() CASCADE")
        schema_editor.execute(BY_STATEMENT.format(table=table))


class Migration(migrations.Migration):
    dependencies = [("reports", "0007_updates_by_the_row")]

    operations = [migrations.RunPython(by_row, by_statement)]
