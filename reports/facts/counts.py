"""Sums of leads that several reports ask for."""

from django.db.models import Count, Q

from reports.filters import QUALIFIED as IS_QUALIFIED

LEADS = Count("pk")
WON = Count("pk", filter=Q(outcome="won"))
QUALIFIED = Count("pk", filter=IS_QUALIFIED)
ENGAGED = Count("pk", filter=Q(engaged=True))
