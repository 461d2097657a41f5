"""The opportunity a page is about: 404 for one that the user may not see, 403 for one they may not change."""

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404

from crm.opportunities.models import Opportunity, OpportunityCompetitor
from crm.people.requests import UserRequest


def visible_opportunity(request: UserRequest, pk: int) -> Opportunity:
    found = Opportunity.objects.visible_to(request.user)
    related = ("account", "stage", "pipeline", "owner", "source", "campaign", "closed_because", "lost_to")
    competes = Exists(OpportunityCompetitor.objects.filter(opportunity=OuterRef("pk")))
    return get_object_or_404(found.select_related(*related).annotate(has_competitors=competes), pk=pk)


def changeable_opportunity(request: UserRequest, pk: int) -> Opportunity:
    opportunity = visible_opportunity(request, pk)
    if not request.user.has_perm("opportunities.change_opportunity", opportunity):
        raise PermissionDenied
    return opportunity
