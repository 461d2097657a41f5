"""Parts of a policy's admin pages: the value of a criterion, what changes, and the try on a lead."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from crm.people.requests import user_of
from crm.web.searching import words_in
from leads.admin.criterion_forms import CriterionForm
from leads.models import Lead, Policy
from leads.policy_changes import changes_between
from leads.services.policies import version_in_force
from leads.trying import try_on

SHOWN = 8


def criterion_fields(request: HttpRequest) -> HttpResponse:
    """Operator and value as the chosen subject needs them; ``prefix`` is that of the row."""
    prefix = request.GET.get("prefix", "")[:60]
    form = CriterionForm(initial={"subject": request.GET.get("subject", "")[:200]}, prefix=prefix)
    return render(request, "admin/leads/policy/criterion_fields.html", {"form": form})


def changes_context(policy: Policy) -> dict[str, Any]:
    """``old`` is what decides now about the leads that the policy would decide about."""
    old = version_in_force(policy)
    return {"old": old, "changes": changes_between(old, policy) if old else []}


def to_try(policy: Policy) -> HttpResponse:
    return redirect("admin:leads_policy_try", object_id=policy.pk)


def try_policy(request: HttpRequest, policy: Policy, context: dict[str, Any]) -> HttpResponse:
    """Nothing is recorded. Only leads that the user may see."""
    search, chosen = request.GET.get("q", "")[:100].replace("\x00", ""), request.GET.get("lead", "")
    leads = Lead.objects.live().visible_to(user_of(request))
    lead = leads.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 18 else None
    found = leads.filter(words_in(search, ["first_name", "last_name", "company", "email"])) if search else leads
    now = timezone.now()
    page = {
        "title": f"Try “{policy}” on a lead",
        "policy": policy,
        "search": search,
        "found": found.order_by("-last_inquiry_at", "-pk")[:SHOWN],
        "lead": lead,
        "trial": try_on(policy, lead, now=now) if lead else None,
        "opts": Policy._meta,
    }
    return render(request, "admin/leads/policy/try.html", context | page)
