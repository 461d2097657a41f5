from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0006_owners_over_time")]

    operations = [
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("status", "won")), fields=["id", "closed_at"], name="opportunity_won"
            ),
        ),
    ]
