"""A manager hands accounts, contacts and opportunities over: one on its page, many from their list."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views import View

from crm.people.going_along import Along, goes_along, in_words
from crm.people.handing_over import HandedOverMany, HandOverRefused, hand_over, hand_over_many
from crm.people.models import User
from crm.people.new_owner import NewOwnerField
from crm.web.dialogs import dialog
from crm.web.records import back_to_record
from crm.web.safe_return import way_back

MOST = 500
BOX = forms.CheckboxInput(attrs={"class": "form-check-input"})


class HandOverForm(forms.Form):
    """Of records of kind ``model``; of ``record`` where it is one. What can go along has a box each."""

    to = NewOwnerField(label="To", nobody="Nobody (open to the team)")
    note = forms.CharField(max_length=200, required=False, label="Why")

    def __init__(self, *args: Any, user: User, model: Any, record: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.offer(user.colleagues)
        self._along: dict[str, Along] = {}
        for along in goes_along.collect(model):
            if label := _label(along, record):
                self._along[f"with_{along.name}"] = along
                self.fields[f"with_{along.name}"] = forms.BooleanField(required=False, label=label, widget=BOX)

    def boxes(self) -> list[Any]:
        return [self[name] for name in self._along]

    def chosen(self) -> dict[str, Any]:
        """For the service."""
        cleaned = self.cleaned_data
        along = [along for name, along in self._along.items() if cleaned[name]]
        return {"to": cleaned["to"], "note": cleaned["note"], "along": along}


def _label(along: Along, record: Any) -> str:
    """ "" where there is nothing to take along."""
    if record is None:
        return f"Their {along.many} of the same owner too"
    count = along.of_owner(record, record.owner_id).count()
    whose = f"of {record.owner}" if record.owner_id else "without an owner"
    return f"Its {along.counted(count)} {whose} too" if count else ""


def may_hand_over(user: Any, model: Any) -> bool:
    return bool(user.has_perm(f"{model._meta.app_label}.assign_{model._meta.model_name}"))


class HandOver(View):
    """``model`` has an owner, a team and a page of its own; the permission is ``<room>.assign_<kind>``."""

    model: Any = None  # given to as_view
    http_method_names = ["get", "head", "post"]

    def get(self, request: Any, pk: int) -> HttpResponse:
        record = self._record(request, pk)
        return self._ask(request, record, HandOverForm(user=request.user, model=self.model, record=record))

    def post(self, request: Any, pk: int) -> HttpResponse:
        record = self._record(request, pk)
        form = HandOverForm(request.POST, user=request.user, model=self.model, record=record)
        if not form.is_valid():
            return self._ask(request, record, form)
        try:
            done = hand_over(record=record, **form.chosen(), by=request.user, now=timezone.now())
        except HandOverRefused as refused:
            form.add_error(None, str(refused))
            return self._ask(request, record, form)
        messages.success(request, _said("Handed over", done.along))
        return back_to_record(request, record.get_absolute_url())

    def _record(self, request: Any, pk: int) -> Any:
        """404 for one that the user may not see, 403 for who may not hand over."""
        record = get_object_or_404(self.model._default_manager.visible_to(request.user), pk=pk)
        if not may_hand_over(request.user, self.model):
            raise PermissionDenied
        return record

    def _ask(self, request: Any, record: Any, form: forms.Form) -> HttpResponse:
        text = "Its history says who had it before."
        return dialog(request, form=form, title=f"Hand over {record}", submit="Hand over", text=text)


class HandOverMany(View):
    """The ``chosen`` ones of a list, at most a page of it."""

    model: Any = None  # given to as_view
    http_method_names = ["post"]

    def post(self, request: Any) -> HttpResponse:
        if not may_hand_over(request.user, self.model):
            raise PermissionDenied
        records, form = self._chosen(request), HandOverForm(request.POST, user=request.user, model=self.model)
        if not records:
            messages.warning(request, "Choose some first: tick the boxes in front of them.")
        elif not form.is_valid():
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        else:
            self._say(request, hand_over_many(records=records, **form.chosen(), by=request.user, now=timezone.now()))
        return redirect(way_back(request, reverse(f"{self.model._meta.app_label}:list")))

    def _chosen(self, request: Any) -> list[Any]:
        """404 where one of them is not there for the user."""
        given = set(request.POST.getlist("chosen"))
        ids = {value for value in given if value.isdecimal() and len(value) < 18}
        found = list(self.model._default_manager.visible_to(request.user).filter(pk__in=ids)[: MOST + 1])
        if len(found) != len(given) or len(found) > MOST:
            raise Http404
        return found

    def _say(self, request: Any, result: HandedOverMany) -> None:
        if result.done:
            messages.success(request, _said(f"{result.done} handed over", result.along))
        for problem in result.refused[:3]:
            messages.error(request, problem)


def _said(done: str, along: dict[Along, int]) -> str:
    went = in_words(along)
    return f"{done}, with {went}." if went else f"{done}."
