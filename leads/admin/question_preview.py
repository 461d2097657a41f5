"""A question as the prospect will see it, from what is typed in its admin page and not saved yet."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from leads.forms.public import QuestionsForm
from leads.models import Choice, Question, QuestionKind

MAX_CHOICES = 200


def preview(request: HttpRequest) -> HttpResponse:
    """The POST is the admin form's. Nothing is stored."""
    form = QuestionsForm(questions=[(typed_question(request.POST), False)])
    page = render_to_string("leads/question_preview_page.html", {"form": form}, request=request)
    return render(request, "admin/leads/question_preview.html", {"page": page})


def typed_question(data: Any) -> Question:
    """Not saved; what is missing is left out."""
    kind = data.get("kind", "")
    question = Question(
        pk=0,
        key="preview",
        text=data.get("text", "")[:300] or "…",
        help_text=data.get("help_text", "")[:300],
        kind=kind if kind in QuestionKind.values else QuestionKind.TEXT,
    )
    question._prefetched_objects_cache = {"choices": _choices(data)}  # type: ignore[attr-defined]
    return question


def _choices(data: Any) -> list[Choice]:
    total = data.get("choices-TOTAL_FORMS", "0")
    count = min(int(total), MAX_CHOICES) if total.isdecimal() and len(total) < 6 else 0
    rows = [{name: data.get(f"choices-{n}-{name}", "") for name in CHOICE_FIELDS} for n in range(count)]
    kept = [row for row in rows if row["label"] and row["active"] and not row["DELETE"]]
    kept.sort(key=lambda row: int(row["position"]) if row["position"].isdecimal() else 0)
    return [Choice(value=row["value"][:100], label=row["label"][:200], active=True) for row in kept]


CHOICE_FIELDS = ("label", "value", "position", "active", "DELETE")
