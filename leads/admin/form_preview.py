"""All pages of a form as prospects will see them, from what is typed in its admin page and not saved yet."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from leads.form_pages import Definition, Shown, definition_of
from leads.form_view import FormView
from leads.forms.inquiry import InquiryFields
from leads.models import InquiryForm
from leads.walking import way_of


class Silent:
    """Takes the messages of a save that is taken back."""

    def add(self, *args: Any, **kwargs: Any) -> None: ...

    def update(self, response: HttpResponse) -> list[Any]:
        return []


def preview(request: HttpRequest, save: Callable[[], HttpResponse]) -> HttpResponse:
    """The POST is the admin form's. ``save`` saves it as ever: its checks and order are the true ones, and all of it is
    taken back."""
    request._messages = Silent()  # type: ignore[attr-defined]
    with transaction.atomic():
        saved = save().status_code == 302
        form = InquiryForm.objects.filter(slug=request.POST.get("slug", "")).first() if saved else None
        pages = pages_of(definition_of(form), request) if form else []
        transaction.set_rollback(True)
    return render(request, "admin/leads/form_preview.html", {"pages": pages})


def pages_of(definition: Definition, request: HttpRequest) -> list[dict[str, Any]]:
    fields = InquiryFields(definition=definition)
    way = way_of(fields, {})
    pages = []
    for page in definition.pages:
        shown = way.show(page)
        everything = Shown(page, page.questions, first=shown.first, last=shown.last)
        view = FormView(fields, way, everything, token="", preview=True)
        html = render_to_string("leads/form.html", {"view": view}, request=request)
        pages.append({"title": page.title, "number": page.number, "html": html})
    return pages
