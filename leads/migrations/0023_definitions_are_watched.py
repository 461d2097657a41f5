"""What decides about leads and opens opportunities is kept by each process until one of these tables changes."""

from django.db import migrations

from crm.web.watching import watch

TABLES = (
    "leads_question",
    "leads_choice",
    "leads_policy",
    "leads_criterion",
    "people_company",
    "opportunities_pipeline",
    "opportunities_pipelinestage",
)


class Migration(migrations.Migration):
    dependencies = [
        ("web", "0001_initial"),
        ("leads", "0022_forms_ask_custom_fields"),
        ("opportunities", "0006_owners_over_time"),
        ("people", "0007_notices_of_records_handed_over"),
    ]

    operations = [watch(*TABLES)]
