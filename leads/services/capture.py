"""A filled-in form becomes an inquiry, unless it is a robot's."""

from datetime import datetime
from typing import Any

from django.db import transaction

from leads import opening as openings
from leads import proof
from leads.form_pages import Way
from leads.forms.inquiry import CONSENT, PROOF, InquiryFields
from leads.models import Caught, CaughtSubmission, Channel, InquiryForm, Provenance
from leads.models.caught import KEPT_FOR, KEPT_ROWS
from leads.opening import NotOpened, Opening
from leads.services.finding import Ahead
from leads.services.intake import Intake, IntakeRefused, Submission, take_inquiry
from leads.walking import first_wrong

MAX_KEPT_TEXT = 2_000


def submit_form(
    *,
    fields: InquiryFields,
    way: Way,
    opening: Opening | None,
    solution: str,
    ip: str | None,
    now: datetime,
    ahead: Ahead | None = None,
) -> Intake | None:
    """None for a robot, which is to think that it got through. Raises IntakeRefused; "" is the form as a whole."""
    form = fields.definition.form
    if fields.is_trapped:
        keep_caught(form=form, why=Caught.TRAP, payload=fields.payload, ip=ip, now=now)
        return None
    try:
        openings.check(opening)
    except NotOpened as error:
        raise IntakeRefused({"": str(error)}) from error
    assert opening is not None  # noqa: S101
    _check_consent(fields, opening)
    if form.proof_of_work:
        _check_proof(fields, solution, ip, now)
    return take_inquiry(submission=_submission(fields, way, opening, ip, ahead), now=now)


def _check_consent(fields: InquiryFields, opening: Opening) -> None:
    """Nobody agrees to a text that they have not seen."""
    if fields.cleaned_data.get(CONSENT) and opening.consent != fields.definition.form.consent_digest[:16]:
        raise IntakeRefused({CONSENT: "This text has changed since you opened the page. Please read it again."})


def _check_proof(fields: InquiryFields, solution: str, ip: str | None, now: datetime) -> None:
    form = fields.definition.form
    if problem := proof.problem_with(solution, form):
        raise IntakeRefused({PROOF: problem})
    if not proof.use(solution):
        keep_caught(form=form, why=Caught.PROOF, payload=fields.payload, ip=ip, now=now)
        raise IntakeRefused({PROOF: "This was sent already. The check runs again: please press the button once more."})


def _submission(
    fields: InquiryFields, way: Way, opening: Opening, ip: str | None, ahead: Ahead | None = None
) -> Submission:
    form = fields.definition.form
    applying = {asked.question.key for page in way.definition.pages for asked in way.applying(page)}
    return Submission(
        channel=Channel.FORM,
        provenance=Provenance.FORM,
        payload=fields.payload,
        answers=fields.answers_to(applying),
        custom=fields.custom_by_key,
        **fields.person,
        form=form,
        source=form.source,
        campaign=form.campaign,
        consent_text=form.consent_text if fields.cleaned_data.get(CONSENT) else "",
        ip=ip,
        via=opening.via,
        landing_page=opening.landing_page,
        referrer=opening.referrer,
        utm=dict(opening.utm),
        ahead=ahead,
        visitor=opening.visitor,
    )


@transaction.atomic
def keep_caught(*, form: InquiryForm, why: str, payload: dict[str, Any], ip: str | None, now: datetime) -> None:
    """For a person to look at; the oldest make room."""
    short = {name: _short(value) for name, value in payload.items()}
    kept = CaughtSubmission.objects.create(form=form, why=why, caught_at=now, ip=ip, payload=short)
    CaughtSubmission.objects.filter(pk__lte=kept.pk - KEPT_ROWS).delete()


def forget_caught(*, now: datetime) -> int:
    return CaughtSubmission.objects.filter(caught_at__lt=now - KEPT_FOR).delete()[0]


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(item) for item in value[:50]]
    return value[:MAX_KEPT_TEXT].replace("\x00", "") if isinstance(value, str) else value


class NotReleased(Exception):
    """The message is for a person."""


@transaction.atomic
def release(*, caught: CaughtSubmission, fields: InquiryFields, way: Way, now: datetime) -> Intake:
    """It was a person after all: taken in as it was sent. Raises NotReleased."""
    caught = CaughtSubmission.objects.select_for_update(of=("self",)).select_related("form").get(pk=caught.pk)
    if caught.inquiry_id:
        raise NotReleased("This was taken in already.")
    if first_wrong(way, fields):
        wrong = "; ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in fields.errors.items())
        raise NotReleased(f"It cannot be taken in: {wrong}")
    opening = Opening(form=caught.form_id, at=caught.caught_at.timestamp())
    try:
        intake = take_inquiry(submission=_submission(fields, way, opening, caught.ip), now=now)
    except IntakeRefused as refused:
        raise NotReleased(f"It cannot be taken in: {refused}") from refused
    caught.inquiry = intake.inquiry
    caught.save(update_fields=["inquiry"])
    return intake
