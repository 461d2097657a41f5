from django.db import migrations, models

# Two ranges in one exclusion constraint need no extension: PostgreSQL has GiST for ranges built in.
POSTGRESQL = (
    """ALTER TABLE people_quota ADD CONSTRAINT quotas_of_a_user_do_not_overlap EXCLUDE USING gist (
        int8range(user_id, user_id, '[]') WITH &&, daterange(starts_on, ends_on) WITH &&)""",
    "ALTER TABLE people_quota DROP CONSTRAINT quotas_of_a_user_do_not_overlap",
)
# SQLite has one writer at a time, so a trigger that looks is as good as a constraint.
LOOKS = """CREATE TRIGGER quotas_of_a_user_do_not_overlap_{verb} BEFORE {event} ON people_quota
    WHEN EXISTS (SELECT 1 FROM people_quota WHERE user_id = NEW.user_id AND id IS NOT NEW.id
                 AND starts_on < NEW.ends_on AND ends_on > NEW.starts_on)
    BEGIN SELECT RAISE(ABORT, 'quotas_of_a_user_do_not_overlap'); END"""
SQLITE = (
    (LOOKS.format(verb="insert", event="INSERT"), "DROP TRIGGER quotas_of_a_user_do_not_overlap_insert"),
    (
        LOOKS.format(verb="update", event="UPDATE OF user_id, starts_on, ends_on"),
        "DROP TRIGGER quotas_of_a_user_do_not_overlap_update",
    ),
)


def keep_apart(apps, schema_editor):
    statements = (POSTGRESQL,) if schema_editor.connection.vendor == "postgresql" else SQLITE
    for forward, _ in statements:
        schema_editor.execute(forward)


def let_overlap(apps, schema_editor):
    statements = (POSTGRESQL,) if schema_editor.connection.vendor == "postgresql" else SQLITE
    for _, backward in statements:
        schema_editor.execute(backward)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(help_text="ISO 4217 code. Example: EUR.", max_length=3)),
                ("into", models.CharField(editable=False, max_length=3, verbose_name="company's currency")),
                ("on", models.DateField(verbose_name="from")),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=8, help_text="What one unit is worth in the company's currency.", max_digits=18
                    ),
                ),
            ],
            options={"ordering": ["currency", "-on"]},
        ),
        migrations.AddConstraint(
            model_name="exchangerate",
            constraint=models.UniqueConstraint(fields=("currency", "into", "on"), name="one_exchange_rate_per_day"),
        ),
        migrations.AddConstraint(
            model_name="exchangerate",
            constraint=models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_rate_is_positive"),
        ),
        migrations.AddConstraint(
            model_name="exchangerate",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency", models.F("into")), _negated=True),
                name="exchange_rate_is_between_two_currencies",
            ),
        ),
        migrations.AlterField(
            model_name="quota", name="ends_on", field=models.DateField(help_text="The first day after it.")
        ),
        migrations.AddConstraint(
            model_name="quota",
            constraint=models.CheckConstraint(condition=models.Q(amount__gt=0), name="quota_is_more_than_nothing"),
        ),
        migrations.RunPython(keep_apart, let_overlap),
    ]
