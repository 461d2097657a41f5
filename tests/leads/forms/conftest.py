from collections.abc import Callable
from typing import Any

import pytest

from leads.models import FormQuestion, FormStep, InquiryForm, Question, QuestionCondition

PERSON = {"first_name": "Pat", "last_name": "Doe", "email": "pat@company.example", "company": "Company"}


@pytest.fixture
def stepped(defaults: InquiryForm) -> InquiryForm:
    """Need (needed) and, only for a replacement, how important it is; then time frame and budget; then contact."""
    asked = {row.question.key: row for row in FormQuestion.objects.select_related("question")}
    steps = [
        FormStep.objects.create(form=defaults, title=title, position=n, asks_contact=title == "You")
        for n, title in enumerate(["Need", "Plan", "You"])
    ]
    for step, keys in zip(steps, (["need", "desire"], ["time_frame", "budget"], ["authority"]), strict=True):
        FormQuestion.objects.filter(pk__in=[asked[key].pk for key in keys]).update(step=step)
    FormQuestion.objects.filter(question__key="need").update(required=True)
    questions = {question.key: question for question in Question.objects.all()}
    QuestionCondition.objects.create(
        question=questions["desire"], on=questions["need"], operator="in", value=["replace"]
    )
    return defaults


@pytest.fixture
def fill(client: Any) -> Callable[..., Any]:
    """fill(response, {...}, back=False) presses a button of the page in ``response``, with all that it carries."""

    def press(response: Any, typed: dict[str, Any], *, back: bool = False, url: str = "/f/contact-us/") -> Any:
        view = response.context["view"]
        data: dict[str, Any] = {"token": view.token, "page": view.shown.page.number, "asked": view.asked_before}
        data["asked"] = [*view.asked_before, *(b.key for b in view.blocks if b.key and not b.waiting)]
        for field in view.carried:
            data[field.name] = view.fields.data.getlist(field.name)
        return client.post(url, data | typed | ({"back": "1"} if back else {}))

    return press
