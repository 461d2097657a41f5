"""The look of the admin and its menu (django-unfold), by the jobs of a marketing manager."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy


def _item(title: str, icon: str, model: str) -> dict[str, Any]:
    """``model`` is ``app_model``; shown to whoever may see its records."""
    app, _, name = model.partition("_")

    def allowed(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{name}")

    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist"), "permission": allowed}


UNFOLD = {
    "SITE_TITLE": "Ripen admin",
    "SITE_HEADER": "Ripen",
    "SITE_SUBHEADER": "Forms, policies, sequences, campaigns",
    "SITE_SYMBOL": "nutrition",
    "SITE_URL": "/",
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "reports.admin_home.dashboard",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .02 150)",
            "100": "oklch(94% .05 150)",
            "200": "oklch(89% .09 150)",
            "300": "oklch(82% .13 150)",
            "400": "oklch(72% .16 150)",
            "500": "oklch(60% .15 150)",
            "600": "oklch(50% .13 150)",
            "700": "oklch(43% .11 150)",
            "800": "oklch(37% .09 150)",
            "900": "oklch(31% .07 150)",
            "950": "oklch(21% .05 150)",
        }
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": "Capture",
                "separator": True,
                "items": [
                    {"title": "Home", "icon": "home", "link": reverse_lazy("admin:index")},
                    _item("Inquiry forms", "dynamic_form", "leads_inquiryform"),
                    _item("Questions", "help", "leads_question"),
                    _item("Sources", "alt_route", "campaigns_source"),
                    _item("Campaigns", "campaign", "campaigns_campaign"),
                    _item("Inquiries", "inbox", "leads_inquiry"),
                    _item("Named pages", "ads_click", "leads_namedpage"),
                    _item("Caught submissions", "smart_toy", "leads_caughtsubmission"),
                ],
            },
            {
                "title": "Qualify",
                "separator": True,
                "items": [
                    _item("Policies", "rule", "leads_policy"),
                    _item("Routing rules", "fork_right", "leads_routingrule"),
                    _item("Reasons", "label", "leads_reason"),
                    _item("Leads", "person_search", "leads_lead"),
                    _item("Answers", "quickreply", "leads_answer"),
                    _item("Decisions", "gavel", "leads_decision"),
                ],
            },
            {
                "title": "Nurture",
                "separator": True,
                "items": [
                    _item("Sequences", "format_list_numbered", "nurture_sequence"),
                    _item("Enrollments", "play_circle", "nurture_enrollment"),
                    _item("Touches", "send", "nurture_touch"),
                    _item("Calls", "call", "nurture_calltask"),
                    _item("Suppressions", "block", "nurture_suppression"),
                    _item("Outbox", "outbox", "outbox_storedemail"),
                ],
            },
            {
                "title": "Sales",
                "separator": True,
                "items": [
                    _item("Accounts", "domain", "accounts_account"),
                    _item("Contacts", "contacts", "contacts_contact"),
                    _item("Opportunities", "monetization_on", "opportunities_opportunity"),
                    _item("Conversions", "swap_horiz", "leads_conversion"),
                    _item("Pipelines", "view_kanban", "opportunities_pipeline"),
                    _item("Won and lost reasons", "label", "opportunities_closereason"),
                    _item("Competitors", "swords", "opportunities_competitor"),
                    _item("Activities", "sticky_note_2", "activities_activity"),
                ],
            },
            {
                "title": "Company",
                "separator": True,
                "items": [
                    _item("Company", "apartment", "people_company"),
                    _item("Users", "group", "people_user"),
                    _item("Teams", "groups", "people_team"),
                    _item("Territories", "map", "people_territory"),
                    _item("Free days", "event_busy", "people_freeday"),
                    _item("Quotas", "flag", "people_quota"),
                    _item("Exchange rates", "currency_exchange", "people_exchangerate"),
                ],
            },
        ],
    },
}
