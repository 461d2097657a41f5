"""Pages that edit one record. A stale form is told what changed meanwhile, and keeps what was typed."""

import json
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.generic import UpdateView

from crm.web.models import Versioned
from crm.web.versions import StaleRecord


class VersionedForm(forms.ModelForm):
    """``seen`` holds the values that were shown, so that a stale form can say what somebody else changed. ``user``: who
    edits, for subclasses that do not show everything to everybody."""

    OWN: ClassVar[tuple[str, ...]] = ("version", "seen")
    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.add_fields()
        self.changed_meanwhile: list[tuple[str, str, str]] = []
        self.initial = {**self.initial, **self._state_of(self.instance)}

    def add_fields(self) -> None:
        """For subclasses whose fields depend on the record: before the values that were shown are noted."""

    def columns(self) -> list[str]:
        """The fields that are columns of the record."""
        return [name for name in self.fields if name not in self.OWN]

    def fields_to_write(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.columns()}

    def tell_stale(self, current: Versioned) -> None:
        """Names what differs now from what was seen; saving again writes over it, knowingly."""
        seen = self._seen()
        for name, now in self._texts(current).items():
            if name in seen and seen[name] != now:
                self.changed_meanwhile.append((str(self.fields[name].label), seen[name], now))
        self.add_error(None, "Somebody changed this since you opened it. Yours is kept below, but not saved yet.")
        self.data = data = cast(QueryDict, self.data).copy()
        for name, value in self._state_of(current).items():
            data[self.add_prefix(name)] = value

    def _seen(self) -> dict[str, str]:
        try:
            seen = json.loads(self.data.get(self.add_prefix("seen")) or "{}")
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    def _state_of(self, record: Versioned) -> dict[str, Any]:
        return {"version": record.version, "seen": json.dumps(self._texts(record))}

    def _texts(self, record: Versioned) -> dict[str, str]:
        return {name: _text(getattr(record, name)) for name in self.columns()}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


class VersionedUpdate(UpdateView):
    """GET shows the form, POST writes through ``write`` (one service call that raises StaleRecord)."""

    template_name = "components/edit_page.html"
    permission = ""
    title = ""

    def get_queryset(self) -> QuerySet[Any]:
        records: Any = super().get_queryset()
        return records.visible_to(self.request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        record = self.get_object()
        if not request.user.has_perm(self.permission, record):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def write(self, form: Any) -> None:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.write(form)
        except StaleRecord as stale:
            form.tell_stale(stale.current)
            return self.render_to_response(self.get_context_data(form=form), status=409)
        if form.errors:
            return self.form_invalid(form)
        messages.success(self.request, "Saved.")
        return redirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"title": self.title, "back": self.get_success_url()}

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
