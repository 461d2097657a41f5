"""What the forms ask and whom the rules choose is kept by each process too."""

from django.db import migrations

from crm.web.watching import watch

TABLES = (
    "campaigns_campaign",
    "campaigns_source",
    "fields_customfield",
    "fields_fieldchoice",
    "leads_consenttext",
    "leads_formcustomfield",
    "leads_formquestion",
    "leads_formstep",
    "leads_inquiryform",
    "leads_questioncondition",
    "leads_routingcondition",
    "leads_routingmember",
    "leads_routingrule",
    "people_absence",
    "people_freeday",
    "people_team",
    "people_territory",
    "people_workinghours",
)
# All but the last log-in, which changes nothing that is kept.
OF_USERS = (
    "id", "password", "is_superuser", "email", "first_name", "last_name", "role", "team_id", "phone", "time_zone",
    "country", "region", "leads_per_day", "booking_link", "notices_by_mail", "is_active", "date_joined",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0002_sources_can_be_switched_off"),
        ("fields", "0001_initial"),
        ("leads", "0023_definitions_are_watched"),
    ]

    operations = [watch(*TABLES), watch("people_user", columns=OF_USERS)]
