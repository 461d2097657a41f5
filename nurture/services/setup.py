"""The sequence that a new company starts with."""

from datetime import datetime
from typing import Any

from django.db import transaction

from leads.models import Question
from nurture.models import Sequence, SequenceStatus, Step, StepKind
from nurture.services.sequences import publish_sequence

KEY = "ripen"

FIRST_MAIL = """Hi {{ first_name }},

thank you for getting in touch with {{ our_company }}. So that we send you what helps, and nothing that does not, \
may I ask one thing: when do you plan to decide?

One click below is enough. If it is early days, say so: that is a good answer too.

{{ sender_name }}"""

BUDGET_MAIL = """Hi {{ first_name }},

people often ask us what a project like theirs costs, and the honest answer is that it depends on where you want to \
start. A rough range is enough for us to suggest a start that fits {{ company }}.

Which of these comes closest? You commit to nothing by clicking.

{{ sender_name }}"""

AUTHORITY_MAIL = """Hi {{ first_name }},

last question from me, I promise. Decisions like this one are seldom made alone. If I know your part in it, I can send \
you what your colleagues will want to see: figures, references, or simply how it works.

{{ sender_name }}"""

CALL_SCRIPT = """Hello {{ first_name }}, this is {{ sender_name }} of {{ our_company }}. You asked us for information \
a while ago. Do you have two minutes?

If not: when may I call back?

What made you look for a solution now? What happens if nothing changes?

Fill in the open questions as they come up."""

# kind, fields, the key of the question that the mail asks
STEPS: list[tuple[str, dict[str, Any], str]] = [
    (StepKind.EMAIL, {"subject": "One question, {{ first_name }}", "body": FIRST_MAIL}, "time_frame"),
    (StepKind.WAIT, {"wait_days": 3}, ""),
    (StepKind.EMAIL, {"subject": "What would fit {{ company }}?", "body": BUDGET_MAIL}, "budget"),
    (StepKind.WAIT, {"wait_days": 4}, ""),
    (StepKind.CALL, {"script": CALL_SCRIPT}, ""),
    (StepKind.WAIT, {"wait_days": 7}, ""),
    (StepKind.EMAIL, {"subject": "Who else should know, {{ first_name }}?", "body": AUTHORITY_MAIL}, "authority"),
]


@transaction.atomic
def install_default_sequence(*, now: datetime) -> Sequence:
    """Published. Running it again changes nothing, whatever became of the sequence. ``leads.services.setup`` comes
    first: a question that is not there is not asked."""
    if existing := Sequence.objects.filter(key=KEY).order_by("-version").first():
        return existing
    questions = {question.key: question for question in Question.objects.all()}
    sequence = Sequence.objects.create(key=KEY, name="Ripen unqualified leads", status=SequenceStatus.DRAFT)
    for position, (kind, fields, key) in enumerate(STEPS):
        Step.objects.create(sequence=sequence, position=position, kind=kind, question=questions.get(key), **fields)
    return publish_sequence(sequence=sequence)
