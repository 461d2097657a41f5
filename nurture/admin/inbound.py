"""What comes back: mailboxes, mails, events, and posts that were refused."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from crm.people.emails import email_key
from crm.people.requests import user_of
from crm.web.admin import ReadOnlyAdmin, dialog, to_page
from leads.models import Lead
from nurture.inbound.polling import poll
from nurture.inbound.receiving import AttachRefused, attach
from nurture.models import InboundKind, InboundMail, Mailbox, MailEvent, RefusedPost
from nurture.services.mailboxes import save_mailbox

KINDS = {"Reply": "success", "From nobody we know": "warning", "Could not be read": "danger", "Complaint": "danger"}


class MailboxForm(forms.ModelForm):
    """The password can be set, never read."""

    password = forms.CharField(
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted and never shown. Many providers want a password of its own for programs.",
    )

    class Meta:
        model = Mailbox
        fields = ("name", "host", "port", "security", "user", "folder", "active")

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not password and not self.instance.sealed_password:
            raise forms.ValidationError("Type in the mailbox's password.")
        if not password.isprintable():
            raise forms.ValidationError("A password has no line breaks or control characters.")
        return password

    def clean(self) -> dict[str, Any] | None:
        """They become words of the conversation with the server."""
        data = super().clean()
        for name in ("host", "user", "folder"):
            if not str((data or {}).get(name, "")).isprintable():
                self.add_error(name, "Use one line without control characters.")
        return data


@admin.register(Mailbox)
class MailboxAdmin(ModelAdmin):
    form = MailboxForm
    list_display = ("name", "user", "host", "folder", "show_state", "checked_at", "error")
    list_filter = ("active",)
    search_fields = ("name", "user", "host")
    readonly_fields = ("show_state", "checked_at", "error", "failing_since")
    fields = (
        ("name", "active"),
        ("host", "port", "security"),
        ("user", "password"),
        "folder",
        ("show_state", "checked_at", "failing_since"),
        "error",
    )
    actions_detail = ["read_now"]

    @display(description="State", label={"Works": "success", "Cannot be read": "danger", "Not read yet": "info"})
    def show_state(self, obj: Mailbox) -> str:
        if obj.error:
            return "Cannot be read"
        return "Works" if obj.checked_at else "Not read yet"

    def save_model(self, request: HttpRequest, obj: Mailbox, form: Any, change: bool) -> None:
        save_mailbox(mailbox=obj, password=form.cleaned_data["password"], changed=form.changed_data)

    @action(
        description="Read it now",
        url_path="read-now",
        icon="sync",
        variant=ActionVariant.PRIMARY,
        permissions=["read_now"],
        dialog=dialog("Read this mailbox now?", "It is read every minute anyway; this says if it works.", "Read"),
    )
    def read_now(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        mailbox = get_object_or_404(Mailbox, pk=object_id)
        taken = poll(mailbox=mailbox, now=timezone.now())
        mailbox.refresh_from_db()
        if mailbox.error:
            messages.error(request, mailbox.error)
        else:
            messages.success(request, f"It works: {taken} new mail{'' if taken == 1 else 's'} taken in.")
        return to_page(reverse("admin:nurture_mailbox_change", args=[mailbox.pk]))

    def has_read_now_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("nurture.change_mailbox")


class AttachForm(BaseDialogForm):
    lead = forms.EmailField(label="The lead's e-mail address", widget=UnfoldAdminTextInputWidget)

    def clean_lead(self) -> Lead:
        lead = Lead.objects.live().filter(email_key=email_key(self.cleaned_data["lead"])).first()
        if lead is None:
            raise forms.ValidationError("No lead has this address.")
        return lead


@admin.register(InboundMail)
class InboundMailAdmin(ReadOnlyAdmin):
    """Plain text only: what others wrote is never shown as HTML."""

    list_display = ("received_at", "show_kind", "sender", "subject", "lead", "source")
    list_display_links = ("subject",)
    list_filter = ("kind", "matched_by", "mailbox")
    list_select_related = ("lead", "mailbox")
    search_fields = ("sender", "sender_name", "subject", "lead__email")
    date_hierarchy = "received_at"
    fields = (
        ("show_kind", "received_at", "written_at"),
        ("sender", "sender_name"),
        ("recipients", "source"),
        "subject",
        "text",
        "attachments",
        ("lead", "touch", "matched_by", "matched_by_user"),
        "error",
    )
    actions_detail = ["attach", "put_aside"]

    @display(description="Kind", ordering="kind", label=KINDS)
    def show_kind(self, obj: InboundMail) -> str:
        return obj.get_kind_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundMail]:
        """Those of leads that the user sees, and those of nobody."""
        visible = super().get_queryset(request).filter(lead__in=Lead.objects.visible_to(user_of(request)))
        return visible | super().get_queryset(request).filter(lead=None)

    @action(
        description="Give to a lead",
        url_path="attach",
        icon="person_add",
        variant=ActionVariant.PRIMARY,
        permissions=["open_mail"],
        dialog=dialog("Whose is it?", "It counts as this lead's reply, and the owner is told.", "Give", AttachForm),
    )
    def attach(self, request: HttpRequest, form: AttachForm, object_id: str) -> HttpResponse:
        mail = get_object_or_404(InboundMail, pk=object_id)
        try:
            attach(mail=mail, lead=form.cleaned_data["lead"], by=user_of(request), now=timezone.now())
            messages.success(request, f"It is {form.cleaned_data['lead']}'s reply.")
        except AttachRefused as refused:
            messages.error(request, str(refused))
        return to_page(reverse("admin:nurture_inboundmail_change", args=[mail.pk]))

    @action(
        description="Put aside",
        url_path="aside",
        icon="archive",
        permissions=["open_mail"],
        dialog=dialog("Put this mail aside?", "It stays here and is no longer counted as open.", "Put aside"),
    )
    def put_aside(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        InboundMail.objects.to_look_at().filter(pk=object_id).update(put_aside_at=timezone.now())
        return to_page(reverse("admin:nurture_inboundmail_changelist"))

    def has_open_mail_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """While it is nobody's."""
        mails = InboundMail.objects.filter(kind=InboundKind.UNMATCHED, put_aside_at=None)
        return mails.filter(pk=object_id or 0).exists() and request.user.has_perm("nurture.change_inboundmail")


@admin.register(MailEvent)
class MailEventAdmin(ReadOnlyAdmin):
    """Without a mail: message and address together fit none of ours, and nothing followed."""

    list_display = ("at", "kind", "address", "touch", "provider", "detail")
    list_filter = ("kind", "provider", ("touch", admin.EmptyFieldListFilter))
    list_select_related = ("touch",)
    search_fields = ("address", "message_id")
    date_hierarchy = "at"


@admin.register(RefusedPost)
class RefusedPostAdmin(ReadOnlyAdmin):
    list_display = ("last_at", "source", "reason", "count")
    list_filter = ("source",)
    search_fields = ("reason",)
