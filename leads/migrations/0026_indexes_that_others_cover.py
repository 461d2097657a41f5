from django.conf import settings
from django.db import migrations, models

from crm.web.indexes import drop_indexes

INDEXES = {
    "leads_answer_lead_id_4b1101a6": ("leads_answer", "lead_id"),
    "leads_assignment_rule_id_ff675858": ("leads_assignment", "rule_id"),
    "leads_assignment_to_id_4cfccb85": ("leads_assignment", "to_id"),
    "leads_decision_lead_id_35497c04": ("leads_decision", "lead_id"),
    "leads_lead_owner_id_1f4568d0": ("leads_lead", "owner_id"),
    "leads_rotationturn_rotation_id_e8c371e2": ("leads_rotationturn", "rotation_id"),
}
PHONE = "leads_lead_phone_894df808"  # with one for the beginnings of numbers, which nobody looks for


def keep_one_of_phones(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER INDEX {PHONE} RENAME TO lead_phone")
        editor.execute(f"DROP INDEX {PHONE}_like")
    else:
        editor.execute(f"DROP INDEX {PHONE}")
        editor.execute("CREATE INDEX lead_phone ON leads_lead (phone)")


def both_of_phones(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER INDEX lead_phone RENAME TO {PHONE}")
        editor.execute(f"CREATE INDEX {PHONE}_like ON leads_lead (phone varchar_pattern_ops)")
    else:
        editor.execute("DROP INDEX lead_phone")
        editor.execute(f"CREATE INDEX {PHONE} ON leads_lead (phone)")


def _covered(model, field, to, on_delete, related_name, **options):
    key = models.ForeignKey(to, on_delete, related_name=related_name, db_index=False, **options)
    return migrations.AlterField(model, field, key)


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0002_sources_can_be_switched_off"),
        ("leads", "0025_room_on_pages"),
        ("people", "0008_indexes_that_others_cover"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[drop_indexes(INDEXES), migrations.RunPython(keep_one_of_phones, both_of_phones)],
            state_operations=[
                _covered("answer", "lead", "leads.lead", models.CASCADE, "answers"),
                _covered("assignment", "rule", "leads.routingrule", models.PROTECT, "assignments", null=True),
                _covered("assignment", "to", settings.AUTH_USER_MODEL, models.PROTECT, "assignments", null=True),
                _covered("decision", "lead", "leads.lead", models.CASCADE, "decisions"),
                _covered("lead", "owner", settings.AUTH_USER_MODEL, models.PROTECT, "leads", null=True, blank=True),
                _covered("rotationturn", "rotation", "leads.rotation", models.CASCADE, "turns"),
                migrations.AlterField(
                    "lead", "phone", models.CharField(blank=True, help_text="E.164", max_length=40)
                ),
                migrations.AddIndex("lead", models.Index(fields=["phone"], name="lead_phone")),
            ],
        )
    ]
