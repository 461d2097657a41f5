"""Reading the stored mails. A mail's HTML is foreign: it is shown in a frame without scripts, forms or cookies."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from crm.outbox.models import StoredEmail
from crm.outbox.tables import StoredEmailTable

PAGE_SIZE = 50
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"  # its links open in a window of their own
BODY_POLICY = {
    "default-src": [NONE],
    "script-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:", SELF],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": SANDBOX.split(),
}


@require_safe
def email_list(request: HttpRequest) -> HttpResponse:
    if not (request.user.is_superuser or request.user.is_manager):  # type: ignore[union-attr]
        raise Http404
    table = StoredEmailTable(StoredEmail.objects.visible_to(request.user).defer("html", "text", "headers"))
    RequestConfig(request, paginate={"per_page": PAGE_SIZE}).configure(table)
    return render(request, "outbox/list.html", {"table": table})


@require_safe
def email_detail(request: HttpRequest, pk: int) -> HttpResponse:
    email = get_object_or_404(StoredEmail.objects.visible_to(request.user), pk=pk)
    return render(request, "outbox/detail.html", {"email": email, "sandbox": SANDBOX})


@require_safe
@xframe_options_sameorigin
@csp_replace(BODY_POLICY)  # type: ignore[arg-type]
def email_body(request: HttpRequest, pk: int) -> HttpResponse:
    email = get_object_or_404(StoredEmail.objects.visible_to(request.user), pk=pk)
    return HttpResponse('<base target="_blank">' + email.html)
