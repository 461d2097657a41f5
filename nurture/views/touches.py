"""The touch that a link in a mail belongs to: 404 for every link that is not ours."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from nurture.models import Touch


def touch_of(uuid: UUID) -> Touch:
    touches = Touch.objects.select_related("enrollment__lead__owner", "enrollment__sequence", "step")
    return get_object_or_404(touches, uuid=uuid)
