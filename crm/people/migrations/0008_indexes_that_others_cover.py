from django.conf import settings
from django.db import migrations, models

from crm.web.indexes import drop_indexes


class Migration(migrations.Migration):
    dependencies = [("people", "0007_notices_of_records_handed_over")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[drop_indexes({"people_notice_user_id_c82a0f7e": ("people_notice", "user_id")})],
            state_operations=[
                migrations.AlterField(
                    "notice",
                    "user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False
                    ),
                ),
            ],
        )
    ]
