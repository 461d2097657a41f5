"""What a sequence adds, against its own hold-out, on the page with its figures: the report Lift in a few sentences."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse

from crm.people.models import User
from crm.web.slots import Section
from nurture.models import Sequence
from nurture.services.holdout import experiments_of
from reports.declarations.lift import REPORT


def sections(sequence: Sequence, *, user: User, now: datetime) -> Iterator[Section]:
    experiment = experiments_of(sequence.key).first()
    context: dict[str, Any] = {"experiment": experiment}
    if experiment:
        filters = REPORT.filters({"experiment": str(experiment.pk)}, user=user)
        found = REPORT.run(user=user, filters=filters, now=now).found
        url = f"{reverse(f'reports:{REPORT.slug}')}?experiment={experiment.pk}"
        context |= {"sentences": found.sentences, "caution": found.caution, "url": url}
    yield Section(10, "reports/sequence_figures.html", context)
