"""Where the signed links of previews and tests lead."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

WHAT = {
    "answer": "opens the answer page, with the answer chosen",
    "file": "downloads the file",
    "preferences": "opens the page on which the lead chooses what we write about, and how often",
    "unsubscribe": "takes the lead off the list",
}


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def example(request: HttpRequest, what: str) -> HttpResponse:
    """A mail program that tries one-click unsubscribing on a test gets its 200, and nothing happens."""
    if what not in WHAT:
        raise Http404
    return render(request, "nurture/example.html", {"what": WHAT[what]})
