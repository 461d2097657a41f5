"""The preference centre: what, how often, when not, and nothing at all. The signed link in each mail is the key."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nurture.mail.links import BadLink, read_preferences, unsubscribe_url
from nurture.models import Touch
from nurture.preference_form import PreferenceForm
from nurture.preferences import preference_for
from nurture.reach import gets_no_mail
from nurture.services.preferences import set_preferences
from nurture.views.touches import touch_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    touch, now = _touch(token), timezone.now()
    address = touch.recipient or touch.live_lead.email
    if gets_no_mail(touch.live_lead, address):
        return render(request, "nurture/preferences.html", {"address": masked(address), "form": None})
    form = PreferenceForm(
        request.POST if request.method == "POST" else None,
        lead=touch.live_lead,
        preference=preference_for(address),
        now=now,
    )
    if form.is_valid():
        set_preferences(touch=touch, now=now, **form.wishes)
        messages.success(request, "Saved. This is what you get from now on.")
        return redirect("nurture:preferences", token=token)
    context = {"form": form, "address": masked(address), "unsubscribe_url": unsubscribe_url(touch)}
    return render(request, "nurture/preferences.html", context, status=422 if form.errors else 200)


def masked(address: str) -> str:
    """“p…t@example.com”: mails are passed on, and with them the link."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 2 else ''}@{domain}"


def _touch(token: str) -> Touch:
    try:
        return touch_of(read_preferences(token))
    except BadLink as error:
        raise Http404 from error
