"""Where a question is used by leads' own records."""

from collections.abc import Iterator

from django.urls import reverse

from crm.web.slots import Use
from leads.condition_values import describe
from leads.models import Question


def uses(question: Question) -> Iterator[Use]:
    for row in question.form_questions.select_related("form").order_by("form__name"):
        note = ("needed" if row.required else "") if row.form.active else "switched off"
        yield Use("Form", row.form.name, reverse("admin:leads_inquiryform_change", args=[row.form_id]), note)
    for criterion in question.criteria.select_related("policy").order_by("-policy__pk", "position"):
        policy = criterion.policy
        url = reverse("admin:leads_policy_change", args=[policy.pk])
        yield Use("Policy", str(policy), url, f"{policy.get_status_display().lower()}: {criterion.label}")
    for condition in question.conditions_on_it.select_related("question", "on").prefetch_related("on__choices"):
        url = reverse("admin:leads_question_change", args=[condition.question_id])
        yield Use("Question", condition.question.text, url, f"asked if {describe(condition)}")
    if count := question.answers.count():
        yield Use("Answers", f"{count:,} answer{'' if count == 1 else 's'}", _answers(question))


def _answers(question: Question) -> str:
    return reverse("admin:leads_answer_changelist") + f"?question__id__exact={question.pk}"
