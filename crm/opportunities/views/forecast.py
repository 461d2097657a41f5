"""The forecast of a month or a quarter, by rep and team."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.opportunities.forecasting import CATEGORIES, CLOSED
from crm.opportunities.forecasting import forecast as make_forecast
from crm.opportunities.models import ForecastCategory, Opportunity
from crm.people.models import Company, Quota
from crm.people.periods import Period
from crm.people.requests import UserRequest

LABELS = {CLOSED: "Closed"} | {key: ForecastCategory(key).label for key in CATEGORIES}


@require_safe
def forecast(request: UserRequest) -> HttpResponse:
    """``?period=2026-Q4`` or ``2026-11``; the running quarter else. A rep sees their own, a manager everybody's."""
    user = request.user
    today = Company.current().day(timezone.now())
    period = Period.parse(request.GET.get("period", "")) or Period.around(today, "quarter")
    quotas = Quota.objects.all() if user.is_manager else Quota.objects.filter(user=user)
    day = today if period.starts_on <= today < period.ends_on else period.starts_on
    context = {
        "period": period,
        "last_day": period.ends_on - timedelta(days=1),
        "kinds": [Period.around(day, kind) for kind in ("month", "quarter")],
        "is_now": period.starts_on <= today < period.ends_on,
        "labels": LABELS,
        "forecast": make_forecast(Opportunity.objects.visible_to(user), period, quotas=quotas),
    }
    return render(request, "opportunities/forecast.html", context)
