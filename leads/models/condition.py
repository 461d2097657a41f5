"""When a question is asked: only if the answers to others say so."""

from django.db import models
from django.db.models import F, Q

from leads.models.policy import Operator
from leads.models.question import Question


class QuestionCondition(models.Model):
    """``question`` is asked only if the answer to ``on`` compares with ``value``; all of its conditions must hold. The
    value is as a criterion has it: a list for "is one of", a number, a date or days for "is at least"."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="conditions")
    on = models.ForeignKey(Question, models.PROTECT, related_name="conditions_on_it", verbose_name="question")
    operator = models.CharField(max_length=10, choices=Operator, default=Operator.IN)
    value = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="question_does_not_depend_on_itself", condition=~Q(question=F("on"))),
            models.UniqueConstraint(name="condition_once_per_question", fields=["question", "on", "operator"]),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_operator_display()}"
