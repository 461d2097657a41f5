from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from crm.people.requests import UserRequest
from crm.web.records import back_to_record
from nurture.models import Enrollment, ExitReason
from nurture.services.exits import stop_enrollment


@require_POST
def stop(request: UserRequest, pk: int) -> HttpResponse:
    enrollment = get_object_or_404(Enrollment.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("nurture.stop_enrollment"):
        raise PermissionDenied
    stop_enrollment(enrollment=enrollment, reason=ExitReason.STOPPED, now=timezone.now())
    messages.success(request, "Stopped: no more e-mails or calls of this sequence.")
    return back_to_record(request, enrollment.lead.get_absolute_url())
