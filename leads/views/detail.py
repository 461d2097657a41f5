"""The lead page: who, what happened, how qualified, what next."""

from operator import attrgetter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.people.requests import UserRequest
from crm.web.holding import holding
from crm.web.records import record_page
from crm.web.slots import lead_panels, record_facts, record_writers
from crm.web.timeline import timeline
from leads import research
from leads.clocks import set_clocks
from leads.forms.answers import AnswersForm
from leads.models import Conversion, Lead, PolicyPurpose, Stage
from leads.moves import moves_for
from leads.queries import qualification_panel
from leads.views.access import visible_lead


@require_safe
@holding()
def detail(request: UserRequest, pk: int) -> HttpResponse:
    lead = visible_lead(request, pk)
    if lead.merged_into_id:
        return redirect("leads:detail", pk=lead.merged_into_id)
    return record_page(request, "leads/lead_detail.html", "leads/lead_record.html", lead_context(request, lead))


def lead_context(request: UserRequest, lead: Lead) -> dict[str, Any]:
    user, now = request.user, timezone.now()
    set_clocks([lead], now=now)
    in_sales = lead.stage in (Stage.SAL, Stage.SQL)
    purpose = PolicyPurpose.SALES if in_sales else PolicyPurpose.MARKETING
    panel = qualification_panel(lead, now=now, purpose=purpose)
    ready = panel is None or panel.verdict.qualified
    can_change = user.has_perm("leads.change_lead")
    ask = panel.ask_next if panel and lead.is_open and can_change else []
    return {
        "lead": lead,
        "panel": panel,
        "moves": moves_for(lead, user=user, ready=in_sales and ready, reachable=panel is None or panel.reachable),
        "can_change": can_change,
        "ask_form": AnswersForm(questions=ask) if ask else None,
        "conversion": _conversion(lead),
        "timeline": (story := timeline(request, lead)).entries,
        "story": story,
        "facts": record_facts.collect(lead, user=user),
        "writers": record_writers.collect(lead, user=user),
        "research": research.dossier_of(lead, user=user),
        "panels": sorted(lead_panels.collect(lead, user=user), key=attrgetter("order")),
    }


def _conversion(lead: Lead) -> Conversion | None:
    if lead.stage != Stage.CONVERTED:
        return None
    return Conversion.objects.select_related("account", "contact", "opportunity", "by").filter(lead=lead).first()
