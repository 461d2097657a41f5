"""The look of the admin and its menu (django-unfold), by the jobs of a marketing manager."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _item(title: str, icon: str, model: str) -> dict[str, Any]:
    """``model`` is ``app_model``; shown to whoever may see its records."""
    app, _, name = model.partition("_")

    def allowed(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{name}")

    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist"), "permission": allowed}


def _icon(request: HttpRequest) -> str:
    return static("dist/img/icon.svg")


UNFOLD = {
    "SITE_TITLE": "Ripen admin",
    "SITE_HEADER": "Ripen",
    "SITE_SUBHEADER": "Forms, policies, sequences, campaigns",
    "SITE_ICON": _icon,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "SITE_URL": "/",
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "reports.admin_home.dashboard",
    # The accent of the other pages (static/css/tokens.css), in steps.
    "COLORS": {
        "primary": {
            "50": "oklch(97% .015 280)",
            "100": "oklch(94% .03 280)",
            "200": "oklch(89% .06 280)",
            "300": "oklch(81% .11 280)",
            "400": "oklch(72% .15 280)",
            "500": "oklch(60% .19 280)",
            "600": "oklch(49% .20 280)",
            "700": "oklch(43% .18 280)",
            "800": "oklch(37% .15 280)",
            "900": "oklch(31% .11 280)",
            "950": "oklch(22% .08 280)",
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
                    _item("Sending limits", "speed", "nurture_sendinglimits"),
                    _item("Suppressions", "block", "nurture_suppression"),
                    _item("Topics", "interests", "nurture_topic"),
                    _item("Preferences", "tune", "nurture_mailpreference"),
                    _item("Mailboxes", "move_to_inbox", "nurture_mailbox"),
                    _item("Mail that came in", "mail", "nurture_inboundmail"),
                    _item("Mail events", "mark_email_read", "nurture_mailevent"),
                    _item("Refused posts", "gpp_bad", "nurture_refusedpost"),
                    _item("Outbox", "outbox", "outbox_storedemail"),
                ],
            },
            {
                "title": "Sales",
                "separator": True,
                "items": [
                    _item("Custom fields", "view_list", "fields_customfield"),
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
