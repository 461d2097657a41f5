"""Touches, and what a person does about those that went wrong. One or many are ticked in the list."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import action, display

from crm.people.requests import user_of
from crm.web.admin import ReadOnlyAdmin
from leads.models import Lead
from nurture.models import Touch, TouchKind
from nurture.services import repair

TOUCH_COLORS = {
    "Sent": "success",
    "Planned": "info",
    "Claimed": "info",
    "Failed": "danger",
    "Unknown": "danger",
    "Skipped": "warning",
}
Repair = Callable[[Touch], object]


@admin.register(Touch)
class TouchAdmin(ReadOnlyAdmin):
    """``failed`` and ``unknown`` ones are never sent again on a guess."""

    list_display = ("due_at", "lead", "what", "show_state", "why", "sent_at")
    list_per_page = 50
    ordering = ("-due_at", "-pk")
    list_filter = ("state", "kind", "skip_reason", "enrollment__sequence")
    list_select_related = ("enrollment__lead", "step", "variant")
    search_fields = ("enrollment__lead__email", "subject", "error")
    date_hierarchy = "due_at"
    fields = (
        ("enrollment", "step"),
        ("variant", "round"),
        ("kind", "state"),
        ("due_at", "sent_at"),
        ("skip_reason", "error"),
        "attempts",
        "subject",
        ("recipient", "mailbox"),
        ("message_id", "provider_id"),
    )
    actions = ("was_sent", "was_not_sent", "send_again", "send_now", "cancel")

    @action(description="Unknown: it was sent", permissions=["repair"])
    def was_sent(self, request: HttpRequest, touches: QuerySet[Touch]) -> None:
        now = timezone.now()
        _each(request, touches, lambda touch: repair.resolve_unknown(touch=touch, sent=True, now=now), "sent")

    @action(description="Unknown: it was not sent", permissions=["repair"])
    def was_not_sent(self, request: HttpRequest, touches: QuerySet[Touch]) -> None:
        now = timezone.now()
        _each(request, touches, lambda touch: repair.resolve_unknown(touch=touch, sent=False, now=now), "failed")

    @action(description="Failed: send again", permissions=["repair"])
    def send_again(self, request: HttpRequest, touches: QuerySet[Touch]) -> None:
        now = timezone.now()
        _each(request, touches, lambda touch: repair.send_again(touch=touch, now=now), "planned again")

    @action(description="Planned: as soon as it may be sent", permissions=["repair"])
    def send_now(self, request: HttpRequest, touches: QuerySet[Touch]) -> None:
        now = timezone.now()
        _each(request, touches, lambda touch: repair.plan_now(touch=touch, now=now), "planned for now")

    @action(description="Planned or failed: cancel, go on with the next step", permissions=["repair"])
    def cancel(self, request: HttpRequest, touches: QuerySet[Touch]) -> None:
        now = timezone.now()
        _each(request, touches, lambda touch: repair.cancel(touch=touch, now=now), "cancelled")

    def has_repair_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("nurture.change_touch")

    @display(description="Lead", ordering="enrollment__lead__last_name")
    def lead(self, obj: Touch) -> Lead:
        return obj.enrollment.lead

    @display(description="What")
    def what(self, obj: Touch) -> str:
        """An e-mail by its subject, as it went out where it did."""
        return obj.subject or str(obj.text if obj.kind == TouchKind.EMAIL else obj.step)

    @display(description="Why", empty_value="")
    def why(self, obj: Touch) -> str:
        """It was skipped, or went wrong."""
        return obj.get_skip_reason_display() or obj.error

    @display(description="State", ordering="state", label=TOUCH_COLORS)
    def show_state(self, obj: Touch) -> str:
        return obj.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Touch]:
        return super().get_queryset(request).filter(enrollment__lead__in=Lead.objects.visible_to(user_of(request)))


def _each(request: HttpRequest, touches: QuerySet[Touch], change: Repair, done: str) -> None:
    """One that is refused does not hold up the others; why is said once for all that it holds for."""
    refused: dict[str, int] = {}
    changed = 0
    for touch in touches.select_related("enrollment", "step"):
        try:
            change(touch)
            changed += 1
        except repair.RepairRefused as error:
            refused[str(error)] = refused.get(str(error), 0) + 1
    if changed:
        messages.success(request, f"{changed} {'touch is' if changed == 1 else 'touches are'} {done} now.")
    for reason, times in refused.items():
        messages.error(request, f"{times} not changed: {reason}")
