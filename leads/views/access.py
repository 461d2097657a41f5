"""The lead a page is about: 404 for one that the user may not see, 403 for one they may not change."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from crm.people.requests import UserRequest
from leads.models import Lead


def visible_lead(request: UserRequest, pk: int) -> Lead:
    leads = Lead.objects.visible_to(request.user).select_related("owner__team", "source", "campaign", "team")
    return get_object_or_404(leads, pk=pk)


def changeable_lead(request: UserRequest, pk: int, *, permission: str = "leads.change_lead") -> Lead:
    lead = visible_lead(request, pk)
    if not request.user.has_perm(permission, lead):
        raise PermissionDenied
    return lead
