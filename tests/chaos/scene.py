"""What is to be sent: so many leads in a sequence of four mails, one right after the other."""

from datetime import datetime, time

from crm.people.models import Company
from leads.models import Lead
from nurture.models import SendingLimits, Sequence, Step, StepKind
from nurture.services.sequences import publish_sequence
from tests.bench.growing import multiply
from tests.chaos.counting import MAILS


def prepare(touches: int, *, now: datetime) -> None:
    """``touches``: a multiple of four. Limits are counted, and too high to hold anything back."""
    company = Company.current()
    company.name, company.postal_address, company.country = "Chaos Ltd", "1 Storm Road\n12345 Chaosville", "XX"
    company.save()
    SendingLimits.current()
    SendingLimits.objects.update(mailbox_hour=touches * 10, domain_hour=touches * 10, person_week=MAILS * 10)
    always = {"window_start": time(0), "window_end": time.max, "weekdays": list(range(7))}
    sequence = Sequence.objects.create(key="chaos", name="Chaos", **always)
    body = "Hi {{ first_name }},\n\nhow is {{ company }}?"
    for position in range(MAILS):
        Step.objects.create(
            sequence=sequence, position=position, kind=StepKind.EMAIL, subject=f"Mail {position + 1}", body=body
        )
    publish_sequence(sequence=sequence)
    multiply(
        Lead(
            first_name="Pat",
            country="XX",
            stage_changed_at=now,
            first_inquiry_at=now,
            last_inquiry_at=now,
            created_at=now,
        ),
        1,
        touches // MAILS,
        last_name="'Prospect ' || n",
        company="'Company ' || n",
        company_key="'company ' || n",
        email="'pat' || n || '@chaos.example'",
        email_key="'pat' || n || '@chaos.example'",
    )
