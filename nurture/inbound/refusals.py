"""Posts to our webhooks that are not taken are counted where a marketing manager sees them."""

from datetime import datetime

from django.db.models import F

from crm.people.models import Company
from nurture.models import RefusedPost


class PostRefused(Exception):
    """Nothing of the post was taken. ``reason`` is for the marketing manager and short; ``status`` is the answer."""

    def __init__(self, reason: str, *, status: int) -> None:
        self.reason, self.status = reason, status
        super().__init__(reason)


FORGED, BROKEN = 403, 400


def note_refusal(*, source: str, reason: str, now: datetime) -> None:
    row, _ = RefusedPost.objects.get_or_create(
        source=source[:40], reason=reason[:200], day=Company.current().day(now), defaults={"last_at": now}
    )
    RefusedPost.objects.filter(pk=row.pk).update(count=F("count") + 1, last_at=now)
