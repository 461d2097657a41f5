from django.db import migrations, models

from crm.web.indexes import drop_indexes

INDEXES = {
    "nurture_enrollment_lead_id_4129ba00": ("nurture_enrollment", "lead_id"),
    "nurture_touch_enrollment_id_9bdad300": ("nurture_touch", "enrollment_id"),
}


class Migration(migrations.Migration):
    dependencies = [("leads", "0026_indexes_that_others_cover"), ("nurture", "0007_inbound_mail")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[drop_indexes(INDEXES)],
            state_operations=[
                migrations.AlterField(
                    "enrollment",
                    "lead",
                    models.ForeignKey("leads.lead", models.PROTECT, related_name="enrollments", db_index=False),
                ),
                migrations.AlterField(
                    "touch",
                    "enrollment",
                    models.ForeignKey("nurture.enrollment", models.PROTECT, related_name="touches", db_index=False),
                ),
            ],
        )
    ]
