from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crm.web.navigation import navigation


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs; computed only where a template asks for it."""
    user = request.user if hasattr(request, "user") else None
    return {
        "role": getattr(user, "role", ""),
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "query": request.GET.get("q", "")[:100],
    }
