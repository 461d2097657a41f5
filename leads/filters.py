"""What a list of leads can be narrowed to."""

from typing import Any

import django_filters as filters
from django.db.models import Q
from django.db.models.functions import Now

from crm.fields.filters import CustomFilters
from crm.people.filters import OwnerFilter
from crm.web.filters import SearchFilter, View, ViewFilter, day_range
from leads.models import Lead, Stage
from leads.models.lead import OPEN_STAGES
from leads.populations import PopulationFilters, WonFilter

SEARCHED = ("search_text",)

VIEWS = {
    "mine": View("Mine", lambda user: Q(owner=user, stage__in=OPEN_STAGES)),
    "to-accept": View("To accept", lambda user: Q(stage=Stage.MQL)),
    "queue": View("In the queue", lambda user: Q(stage=Stage.MQL, owner=None)),
    "late": View("Late", lambda user: Q(stage=Stage.MQL, accept_by__lt=Now())),
    "unqualified": View("Unqualified", lambda user: Q(stage=Stage.UNQUALIFIED)),
    "qualified": View("Qualified", lambda user: Q(stage__in=[Stage.SAL, Stage.SQL])),
}


class LeadFilter(CustomFilters, PopulationFilters):
    view = ViewFilter(VIEWS)
    search = SearchFilter(fields=SEARCHED, placeholder="Name, company, e-mail")
    stage = filters.ChoiceFilter(choices=Stage, empty_label="Any stage")
    won = WonFilter()
    owner = OwnerFilter()
    score_min = filters.NumberFilter("score", "gte", label="Score from")
    score_max = filters.NumberFilter("score", "lte", label="Score to")
    inquired_from, inquired_until = day_range("last_inquiry_at__date", "Inquiry")

    class Meta:
        model = Lead
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters.move_to_end("search", last=False)
