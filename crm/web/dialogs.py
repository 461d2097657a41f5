"""Forms in the dialog of the page, and the same as a page of their own for browsers without script."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def dialog(
    request: HttpRequest,
    *,
    form: forms.BaseForm,
    title: str,
    submit: str,
    text: str = "",
    danger: bool = False,
    action: str = "",
) -> HttpResponse:
    """``form`` posts back to this address, or to ``action``. With errors: 422."""
    name = "components/dialog_form.html" if request.htmx else "components/dialog_page.html"  # type: ignore[attr-defined]
    context = {
        "form": form,
        "action": action or request.get_full_path(),
        "title": title,
        "submit": submit,
        "text": text,
        "danger": danger,
    }
    return render(request, name, context, status=422 if form.errors else 200)
