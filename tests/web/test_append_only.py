"""What happened is written once: neither the row nor a set of rows can be changed or deleted through the ORM."""

import pytest
from django.apps import apps

from crm.web.models import AppendOnly
from leads.models import Answer, Provenance
from leads.services.qualification import give_answers
from tests.factories import NOW, LeadFactory

MODELS = [model for model in apps.get_models() if issubclass(model, AppendOnly)]


@pytest.fixture
def answer(defaults) -> Answer:
    give_answers(lead=LeadFactory(), answers={"need": "new"}, provenance=Provenance.FORM, now=NOW)
    return Answer.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        lambda answer: answer.save(),
        lambda answer: answer.delete(),
        lambda answer: Answer.objects.update(value="looking"),
        lambda answer: Answer.objects.filter(pk=answer.pk).delete(),
        lambda answer: Answer.objects.bulk_update([answer], ["value"]),
        lambda answer: answer.lead.answers.all().update(value="looking"),
        lambda answer: answer.question.answers.all().delete(),
    ],
)
def test_answer_cannot_be_changed_or_deleted(answer, change):
    answer.value = "looking"
    with pytest.raises(TypeError, match="Answer is append-only"):
        change(answer)
    assert Answer.objects.get().value == "new"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_append_only_record_refuses_updates(db, model):
    with pytest.raises(TypeError, match="is append-only"):
        model.objects.update(pk=1)
    with pytest.raises(TypeError, match="is append-only"):
        model.objects.all().delete()
