"""Sums of leads that several reports ask for."""

from django.db.models import Count, Q

from reports.facts.columns import FURTHEST
from reports.filters import QUALIFIED as IS_QUALIFIED

HAS_WON = Q(furthest=FURTHEST["won"])  # a number is compared more quickly than a status
LEADS = Count("pk")
WON = Count("pk", filter=HAS_WON)
QUALIFIED = Count("pk", filter=IS_QUALIFIED)
ENGAGED = Count("pk", filter=Q(engaged=True))
