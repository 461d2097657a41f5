"""PostgreSQL writes down which leads have changed, whoever changes them: by the ORM, in bulk, or by hand."""

from django.db import migrations

# table: (the columns that reports look at, how a changed row leads to leads)
LEAD = "SELECT lead_id FROM noted"
EVERY = "SELECT id FROM leads_lead WHERE EXISTS (SELECT 1 FROM noted)"
TABLES = {
    "leads_lead": (
        "id, source_id, campaign_id, owner_id, team_id, path, stage, merged_into_id, first_inquiry_at, "
        "reached_sales_at, mql_at, sal_at, sql_at, engaged_at, country, region, postcode, industry, employees",
        "SELECT id FROM noted",
    ),
    "leads_inquiry": ("id, lead_id, form_id, received_at", LEAD),
    "leads_answer": ("id, lead_id, question_id, value, answered_at", LEAD),
    "leads_stagechange": ("id, lead_id, from_stage, reason_id", "SELECT lead_id FROM noted WHERE reason_id IS NOT NULL"),
    "leads_conversion": ("id, lead_id, opportunity_id, converted_at", LEAD),
    "leads_draw": ("id, lead_id, arm_id", LEAD),
    "nurture_enrollment": ("id, lead_id, sequence_id", LEAD),
    "nurture_touch": (
        "id, enrollment_id, step_id, state",
        "SELECT e.lead_id FROM noted JOIN nurture_enrollment e ON e.id = enrollment_id WHERE noted.state = 'sent'",
    ),
    "nurture_calltask": ("id, lead_id", LEAD),
    "nurture_callattempt": (
        "id, task_id, duration", "SELECT t.lead_id FROM noted JOIN nurture_calltask t ON t.id = task_id",
    ),
    "opportunities_opportunity": (
        "id, status, amount, currency, company_amount, company_currency, closed_at, closed_because_id, close_reason",
        "SELECT c.lead_id FROM noted JOIN leads_conversion c ON c.opportunity_id = noted.id",
    ),
    "opportunities_closereason": (
        "id, name",
        "SELECT c.lead_id FROM noted JOIN opportunities_opportunity o ON o.closed_because_id = noted.id "
        "JOIN leads_conversion c ON c.opportunity_id = o.id",
    ),
    "people_user": ("id, team_id", "SELECT l.id FROM noted JOIN leads_lead l ON l.owner_id = noted.id"),
    "people_company": ("time_zone, currency", EVERY),
    "people_territory": ("id, position, active", EVERY),
    "people_territorymatch": (
        "id, territory_id, countries, regions, postcode_from, postcode_to, industries, employees_from, employees_to",
        EVERY,
    ),
    "leads_question": (
        "id, key, kind, dimension, position", "SELECT DISTINCT a.lead_id FROM leads_answer a WHERE EXISTS (SELECT 1 FROM noted)",
    ),
    "leads_choice": (
        "id, question_id, value",
        "SELECT DISTINCT a.lead_id FROM noted JOIN leads_answer a ON a.question_id = noted.question_id",
    ),
}  # fmt: skip
# Of an update both sides count: an inquiry that moves to another lead changes two.
FUNCTION = """
CREATE FUNCTION reports_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO reports_changedlead (lead_id)
        WITH noted AS (
            (SELECT {columns} FROM after EXCEPT SELECT {columns} FROM before)
            UNION ALL
            (SELECT {columns} FROM before EXCEPT SELECT {columns} FROM after)
        ) {leads};
    ELSE
        INSERT INTO reports_changedlead (lead_id) WITH noted AS (SELECT {columns} FROM after) {leads};
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER reports_note_{event} AFTER {event} ON {table} REFERENCING {sides}
FOR EACH STATEMENT EXECUTE FUNCTION reports_note_{table}()
"""
EVENTS = {
    "INSERT": "NEW TABLE AS after",
    "UPDATE": "OLD TABLE AS before NEW TABLE AS after",
    "DELETE": "OLD TABLE AS after",
}


def watch(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, (columns, leads) in TABLES.items():
        schema_editor.execute(FUNCTION.format(table=table, columns=columns, leads=leads))
        for event, sides in EVENTS.items():
            schema_editor.execute(TRIGGER.format(table=table, event=event, sides=sides))
    schema_editor.execute("INSERT INTO reports_changedlead (lead_id) SELECT id FROM leads_lead")


def look_away(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP FUNCTION reports_note_{table}() CASCADE")


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_facts_of_leads"),
        ("leads", "0017_first_times_of_stages_and_experiments"),
        ("nurture", "0001_initial"),
        ("opportunities", "0003_demands_competitors_and_forecast"),
        ("people", "0003_hours_absences_and_territory_matches"),
    ]

    operations = [migrations.RunPython(watch, look_away)]
