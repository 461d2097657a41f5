from typing import Any

from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs: the role decides which rooms of the menu are shown."""
    user = request.user if hasattr(request, "user") else None
    return {"role": getattr(user, "role", "")}
