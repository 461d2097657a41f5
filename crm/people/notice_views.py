"""The bell: what a user was told. Only their own."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.people.models import Notice
from crm.people.notifying import read_notices, want_notices_by_mail
from crm.people.requests import UserRequest

PAGE_SIZE = 30


@require_safe
def notices(request: UserRequest) -> HttpResponse:
    page = Paginator(Notice.objects.filter(user=request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "people/notices.html", {"page": page})


@require_POST
def open_notice(request: UserRequest, pk: int) -> HttpResponse:
    """Read, and on to what it is about."""
    notice = get_object_or_404(Notice, pk=pk, user=request.user)
    read_notices(user=request.user, pk=notice.pk, now=timezone.now())
    return redirect(notice.url)


@require_POST
def read_all(request: UserRequest) -> HttpResponse:
    read_notices(user=request.user, now=timezone.now())
    return redirect("people:notices")


@require_POST
def by_mail(request: UserRequest) -> HttpResponse:
    wanted = request.POST.get("wanted") == "yes"
    want_notices_by_mail(user=request.user, wanted=wanted)
    messages.success(request, "You get them by e-mail too." if wanted else "No more e-mails: they are in the bell.")
    return redirect("people:notices")
