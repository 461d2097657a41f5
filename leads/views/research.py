"""What a rep found out is written down on the page of the lead, account or contact it is about."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.accounts.models import IdentifiedProject
from crm.accounts.services.projects import edit_project, remove_project
from crm.contacts.models import Contact, KeyContact
from crm.contacts.services.key_contacts import add_key_contact, edit_key_contact, remove_key_contact
from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from crm.web.records import back_to_record
from crm.web.versions import StaleRecord
from leads.forms.research import FactForm, KeyContactForm, ProfileForm, ProjectForm, ResearchForm
from leads.models import Finding, FindingKind
from leads.research import Researched, findings_of, projects_of
from leads.services.research import FIELDS, ResearchRefused, add_finding, edit_finding, identify_project, remove_finding

KINDS = {name: model for model, name in FIELDS.items()}
FORMS = {FindingKind.PROFILE: ProfileForm, FindingKind.FACT: FactForm}
ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


def _subject(request: UserRequest, kind: str, pk: int) -> Any:
    """404 for a record that the user may not see, 403 for one they may not change."""
    if kind not in KINDS:
        raise Http404
    model: Any = KINDS[kind]
    record = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm(f"{model._meta.app_label}.change_{kind}", record):
        raise PermissionDenied
    return record


@ask_or_do
def new_finding(request: UserRequest, kind: str, pk: int, what: str) -> HttpResponse:
    record = _subject(request, kind, pk)
    if what not in FORMS or (what == FindingKind.FACT and isinstance(record, Contact)):
        raise Http404
    form = FORMS[FindingKind(what)](request.POST or None, about=record, siblings=findings_of(record))

    def save(now: Any) -> None:
        add_finding(about=record, kind=what, fields=form.fields_to_write(), by=request.user, now=now)

    return _ask(request, form, save, back=record, title=f"{record}: {FindingKind(what).label.lower()}")


@ask_or_do
def finding(request: UserRequest, kind: str, pk: int, finding: int) -> HttpResponse:
    record = _subject(request, kind, pk)
    found: Finding = get_object_or_404(findings_of(record), pk=finding)
    form_class = FORMS[FindingKind(found.kind)]
    form = form_class(request.POST or None, instance=found, about=record, siblings=findings_of(record))

    def save(now: Any) -> None:
        before = Finding.objects.get(pk=found.pk)
        if form.cleaned_data["removed"]:
            remove_finding(finding=before, by=request.user, now=now)
        else:
            edit_finding(finding=before, fields=form.fields_to_write(), by=request.user, now=now, **_seen(form))

    return _ask(request, form, save, back=record, title=str(record))


@ask_or_do
def new_project(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    record = _subject(request, kind, pk)
    if isinstance(record, Contact):
        raise Http404
    form = ProjectForm(request.POST or None)

    def save(now: Any) -> None:
        identify_project(at=record, fields=form.fields_to_write(), by=request.user, now=now)

    return _ask(request, form, save, back=record, title="Identified project")


@ask_or_do
def project(request: UserRequest, kind: str, pk: int, project: int) -> HttpResponse:
    record, found = _project(request, kind, pk, project)
    form = ProjectForm(request.POST or None, instance=found)

    def save(now: Any) -> None:
        before = IdentifiedProject.objects.get(pk=found.pk)
        if form.cleaned_data["removed"]:
            remove_project(project=before, by=request.user, now=now)
        else:
            edit_project(project=before, fields=form.fields_to_write(), by=request.user, now=now, **_seen(form))

    return _ask(request, form, save, back=record, title=str(found))


def _project(request: UserRequest, kind: str, pk: int, project: int) -> tuple[Researched, IdentifiedProject]:
    record = _subject(request, kind, pk)
    return record, get_object_or_404(projects_of(record), pk=project)


@ask_or_do
def new_key_contact(request: UserRequest, kind: str, pk: int, project: int) -> HttpResponse:
    record, found = _project(request, kind, pk, project)
    form = KeyContactForm(request.POST or None, instance=KeyContact(project=found), contacts=_contacts(request, found))

    def save(now: Any) -> None:
        add_key_contact(project=found, fields=form.fields_to_write(), by=request.user, now=now)

    return _ask(request, form, save, back=record, title=f"Who counts in {found}")


@ask_or_do
def key_contact(request: UserRequest, kind: str, pk: int, project: int, person: int) -> HttpResponse:
    record, found = _project(request, kind, pk, project)
    who = get_object_or_404(found.key_contacts.kept(), pk=person)
    form = KeyContactForm(request.POST or None, instance=who, contacts=_contacts(request, found))

    def save(now: Any) -> None:
        before = KeyContact.objects.get(pk=who.pk)
        if form.cleaned_data["removed"]:
            remove_key_contact(key_contact=before, by=request.user, now=now)
        else:
            edit_key_contact(key_contact=before, fields=form.fields_to_write(), by=request.user, now=now, **_seen(form))

    return _ask(request, form, save, back=record, title=str(who))


def _contacts(request: UserRequest, project: IdentifiedProject) -> Any:
    return Contact.objects.visible_to(request.user).filter(account=project.account_id)


def _seen(form: ResearchForm) -> dict[str, int]:
    return {"version": form.cleaned_data["version"]}


def _ask(
    request: UserRequest, form: ResearchForm, save: Callable[[Any], None], *, back: Any, title: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            save(timezone.now())
        except StaleRecord as stale:
            form.tell_stale(stale.current)
        except ResearchRefused as refused:
            for name, message in refused.errors.items():
                form.add_error(name, message)
        else:
            messages.success(request, "Saved.")
            return back_to_record(request, reverse(f"{back._meta.app_label}:detail", args=[back.pk]))
    return dialog(request, form=form, title=title, submit="Save")
