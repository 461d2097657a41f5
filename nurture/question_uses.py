"""The sequences that ask a question in a mail."""

from collections.abc import Iterator

from django.urls import reverse

from crm.web.slots import Use
from leads.models import Question
from nurture.models import Step


def uses(question: Question) -> Iterator[Use]:
    for step in Step.objects.filter(question=question).select_related("sequence").order_by("-sequence__pk", "position"):
        sequence = step.sequence
        url = reverse("admin:nurture_sequence_change", args=[sequence.pk])
        yield Use("Sequence", str(sequence), url, f"{sequence.get_status_display().lower()}: “{step.subject}”")
