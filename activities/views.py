"""Notes, written on the page of the record they are about."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms import NoteForm
from activities.services import FIELDS, add_note
from crm.people.requests import UserRequest
from crm.web.records import back_to_record

KINDS = {name: model for model, name in FIELDS.items()}


@require_POST
def add(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    model = KINDS[kind]
    record = get_object_or_404(model.objects.visible_to(request.user), pk=pk)  # type: ignore[attr-defined]
    if not request.user.has_perm(f"{model._meta.app_label}.change_{kind}", record):  # type: ignore[attr-defined]
        raise PermissionDenied
    form = NoteForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "action": request.path, "kind": kind, "record": record, "back": _page_of(record)}
        name = "activities/note_form.html" if request.htmx else "activities/note_page.html"  # type: ignore[attr-defined]
        return render(request, name, {"section": context, **context}, status=422)
    add_note(about=record, body=form.cleaned_data["body"], by=request.user, now=timezone.now())
    return back_to_record(request, _page_of(record))


def _page_of(record: object) -> str:
    model = type(record)
    return reverse(f"{model._meta.app_label}:detail", args=[record.pk])  # type: ignore[attr-defined]
