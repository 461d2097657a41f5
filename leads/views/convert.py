"""From lead to account, contact and opportunity, on one page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.fields.models import RecordKind
from crm.opportunities.services import OpportunityRefused
from crm.people.requests import UserRequest
from leads.conversion_fields import left_behind
from leads.convertible import odds, options_for
from leads.custom_fields import Carried
from leads.forms.convert import ConvertForm
from leads.models import Conversion, Lead, PolicyPurpose, Stage
from leads.outcomes import similar_outcomes
from leads.queries import qualification_panel
from leads.services.conversion import AlreadyConverted, ConversionRefused, convert_lead
from leads.services.lifecycle import LifecycleError
from leads.services.opportunity_defaults import defaults_for
from leads.views.access import changeable_lead


@require_http_methods(["GET", "HEAD", "POST"])
def convert(request: UserRequest, pk: int) -> HttpResponse:
    lead = changeable_lead(request, pk, permission="leads.convert_lead")
    if done := Conversion.objects.filter(lead=lead).select_related("by", "opportunity", "account").first():
        return _already(request, lead, done)
    options = options_for(lead, user=request.user, search=request.GET.get("search", ""))
    defaults = defaults_for(lead, today=timezone.localdate())
    form = ConvertForm(request.POST or None, options=options, defaults=defaults)
    if request.method == "POST" and form.is_valid():
        try:
            return _converted(
                request, convert_lead(lead=lead, by=request.user, now=timezone.now(), choice=form.choice())
            )
        except AlreadyConverted as already:
            return _already(request, lead, already.conversion)
        except ConversionRefused as refused:
            form.add_refusals(refused.errors)
        except (LifecycleError, OpportunityRefused) as error:
            form.add_error(None, str(error))
    return _page(request, lead, form)


def _page(request: UserRequest, lead: Lead, form: ConvertForm) -> HttpResponse:
    panel = qualification_panel(lead, now=timezone.now(), purpose=PolicyPurpose.SALES)
    ready = panel is None or panel.verdict.qualified
    accepted = lead.stage in (Stage.SAL, Stage.SQL)
    may_override = request.user.has_perm("leads.override_readiness")
    context = {
        "lead": lead,
        "form": form,
        "options": form.options,
        "panel": panel,
        "ready": ready,
        "accepted": accepted,
        "may_override": may_override,
        "can_convert": accepted and (ready or may_override),
        "odds": odds(similar_outcomes(lead)),
        "left_behind": left_behind(lead) + form.options.custom.stays,
        "carried": _carried(form.options.custom),
        "projects": lead.project_links.count(),
        "search": request.GET.get("search", ""),
    }
    return render(request, "leads/convert.html", context, status=422 if form.errors else 200)


def _carried(custom: Carried) -> dict[str, dict[str, list[str]]]:
    """Labels by record kind: what it takes from the lead's custom fields, and what it will still need."""
    return {
        str(kind): {"into": [field.label for field in custom.into.get(kind, ())], "needed": custom.needed.get(kind, [])}
        for kind in RecordKind.values
    }


def _already(request: UserRequest, lead: Lead, conversion: Conversion) -> HttpResponse:
    return render(request, "leads/already_converted.html", {"lead": lead, "conversion": conversion}, status=409)


def _converted(request: UserRequest, conversion: Conversion) -> HttpResponse:
    messages.success(request, f"{conversion.lead} is a contact of {conversion.account} now.")
    if conversion.opportunity_id:
        return redirect("opportunities:detail", pk=conversion.opportunity_id)
    return redirect("accounts:detail", pk=conversion.account_id)
