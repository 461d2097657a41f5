from django.db import migrations, models


def keep_pages(apps, schema_editor):
    """PostgreSQL plans by the size of the file. For one that a vacuum has emptied it would look through the table once
    for each lead, instead of once."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE reports_changedlead SET (vacuum_truncate = off)")


def give_back_pages(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE reports_changedlead RESET (vacuum_truncate)")


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_changed_leads")]

    operations = [
        migrations.AddIndex(
            model_name="leadfact",
            index=models.Index(
                condition=models.Q(
                    ("to_sales__isnull", False),
                    ("to_accept__isnull", False),
                    ("to_vet__isnull", False),
                    ("accepted_to_deal__isnull", False),
                    ("vetted_to_deal__isnull", False),
                    ("deal_to_win__isnull", False),
                    _connector="OR",
                ),
                fields=["to_sales", "to_accept", "to_vet", "accepted_to_deal", "vetted_to_deal", "deal_to_win"],
                include=("lead",),
                name="facts_of_steps",
            ),
        ),
        migrations.AddIndex(
            model_name="leadfact",
            index=models.Index(
                condition=models.Q(
                    models.Q(("reasons", ""), _negated=True),
                    models.Q(("lost_because", ""), _negated=True),
                    _connector="OR",
                ),
                fields=["reasons", "lost_because"],
                include=("lead",),
                name="facts_of_drop_offs",
            ),
        ),
        migrations.AddIndex(
            model_name="leadfact",
            index=models.Index(
                condition=models.Q(("to_win__isnull", False)),
                fields=["to_win"],
                include=("lead",),
                name="facts_of_wins",
            ),
        ),
        migrations.RunPython(keep_pages, give_back_pages),
    ]
