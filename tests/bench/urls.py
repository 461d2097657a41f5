"""The project's URLs, and a bare view to measure them against: the same middleware, one inserted row, one redirect."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crm.config.urls import urlpatterns as project_urls
from tests.bench.models import BareRow


@login_not_required
@csrf_exempt  # as the public form
@require_POST
def insert_one_row(request: HttpRequest) -> HttpResponse:
    BareRow.objects.create(payload=request.POST.dict(), received_at=timezone.now())
    return HttpResponseRedirect("/")


urlpatterns = [path("bench/bare/", insert_one_row), *project_urls]
