"""What the admin page of a sequence has to do with its mails: the way to them, and the check of the sender."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import action

from crm.people.emails import InvalidEmail
from nurture.admin.mail_pages import mails
from nurture.mail.senders import check_sender
from nurture.models import Sequence


class MailsPage(ModelAdmin):
    def get_urls(self) -> list[URLPattern]:
        show = self.admin_site.admin_view(self._mails)
        return [path("<int:object_id>/mails/", show, name="nurture_sequence_mails"), *super().get_urls()]

    def _mails(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not request.user.has_perm("nurture.change_sequence"):
            raise PermissionDenied
        return mails(request, get_object_or_404(Sequence, pk=object_id), self.admin_site.each_context(request))

    @action(description="See the mails", url_path="see-mails", icon="mail")
    def see_mails(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:nurture_sequence_mails", object_id)


class SenderForm(forms.ModelForm):
    def clean_sender(self) -> Any:
        sender = self.cleaned_data["sender"]
        try:
            if sender:
                check_sender(sender)
        except InvalidEmail as error:
            raise forms.ValidationError(str(error)) from error
        return sender
