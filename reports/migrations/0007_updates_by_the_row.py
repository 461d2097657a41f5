"""Of the tables that are updated one row at a time, most often in columns that no report looks at, PostgreSQL compares
the row by itself and runs nothing where it is the same to reports. Comparing the sides of each statement, as 0004 does,
took longer than the update."""

from django.db import migrations

# table: (the columns that reports look at, how a changed row leads to leads, when it can)
TABLES = {
    "leads_lead": (
        "id, source_id, campaign_id, owner_id, team_id, path, stage, merged_into_id, first_inquiry_at, "
        "reached_sales_at, mql_at, sal_at, sql_at, engaged_at, country, region, postcode, industry, employees",
        "SELECT id FROM noted",
        "true",
    ),
    "nurture_enrollment": ("id, lead_id, sequence_id", "SELECT lead_id FROM noted", "true"),
    "nurture_touch": (
        "id, enrollment_id, step_id, state",
        "SELECT e.lead_id FROM noted JOIN nurture_enrollment e ON e.id = enrollment_id WHERE noted.state = 'sent'",
        "'sent' IN (OLD.state, NEW.state)",
    ),
}
FUNCTION = """
CREATE FUNCTION reports_note_{table}_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_changedlead (lead_id)
    WITH noted AS (SELECT {old} UNION SELECT {new}) SELECT DISTINCT found.* FROM ({leads}) AS found;
    RETURN NULL;
END $$
"""
BY_ROW = """
CREATE TRIGGER reports_note_update AFTER UPDATE ON {table} FOR EACH ROW
WHEN (({old}) IS DISTINCT FROM ({new}) AND {when}) EXECUTE FUNCTION reports_note_{table}_row()
"""
BY_STATEMENT = """
CREATE TRIGGER reports_note_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS before NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION reports_note_{table}()
"""
DROP = "DROP TRIGGER reports_note_update ON {table}"


def by_row(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, (columns, leads, when) in TABLES.items():
        names = columns.split(", ")
        old, new = ", ".join(f"OLD.{name}" for name in names), ", ".join(f"NEW.{name}" for name in names)
        named = ", ".join(f"OLD.{name} AS {name}" for name in names)
        schema_editor.execute(FUNCTION.format(table=table, old=named, new=new, leads=leads))
        schema_editor.execute(DROP.format(table=table))
        schema_editor.execute(BY_ROW.format(table=table, old=old, new=new, when=when))


def by_statement(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        schema_editor.execute(f"DROP FUNCTION reports_note_{table}_row() CASCADE")
        schema_editor.execute(BY_STATEMENT.format(table=table))


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_note_truncates")]

    operations = [migrations.RunPython(by_row, by_statement)]
