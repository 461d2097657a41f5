"""Inquiries come in: kept verbatim, attached to the one lead of their address, answers recorded, decided at once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest, Least

from crm.campaigns.models import Campaign, Source
from crm.fields.definitions import Definition
from crm.fields.models import RecordKind
from crm.fields.services.cleaning import clean_by_key
from crm.fields.services.values import begin_with, fill_values
from crm.people.models import User
from crm.web.holding import holding
from crm.web.texts import UNSTORABLE, holds_only_storable, is_storable, without_unstorable
from crm.web.writing import insert, send_now, writing
from leads.models import ConsentText, Decision, Inquiry, InquiryForm, Lead, Provenance, Question
from leads.services.consent import ask_to_confirm, consent_version
from leads.services.finding import (
    Ahead,
    Known,
    insert_later_unless_known,
    insert_unless_known,
    lost_race,
    who_has,
)
from leads.services.person import PERSON_FIELDS, clean_person
from leads.services.qualification import (
    OWN_WORDS,
    AnswersRefused,
    clean_answers,
    evaluate_lead,
    store_answers,
    wanted_answers,
)
from leads.services.visits import attach_visits

MAX_PAYLOAD = 200_000  # characters of JSON
MAX_EXTERNAL_ID = 200


class IntakeRefused(ValueError):
    """``errors``: field or question key to message. Nothing was stored."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{key}: {message}" for key, message in errors.items()))


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What somebody submitted. ``answers`` maps question keys to raw values and ``custom`` keys of custom fields,
    ``payload`` is kept word for word. ``owner`` given, or ``route`` false: nobody is routed.
    ``ahead``: who has the address, where that was asked before; ``visitor``: whose visits become the lead's."""

    channel: str
    provenance: str
    payload: dict[str, Any]
    answers: Mapping[str, Any] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    job_title: str = ""
    website: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    industry: str = ""
    employees: int | str | None = None
    form: InquiryForm | None = None
    source: Source | None = None
    campaign: Campaign | None = None
    consent_text: str = ""
    external_id: str = ""
    ip: str | None = None
    via: str = ""
    landing_page: str = ""
    referrer: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    owner: User | None = None
    route: bool = True
    ahead: Ahead | None = None
    visitor: str = ""


@dataclass(frozen=True)
class Intake:
    lead: Lead
    inquiry: Inquiry
    decision: Decision | None
    created: bool
    repeated: bool = False


@holding()
def take_inquiry(*, submission: Submission, now: datetime, by: User | None = None) -> Intake:
    """Find or create the lead, attach the inquiry and its answers, decide. Fifty at once with one address make one lead
    and fifty inquiries. A known ``external_id`` adds nothing. Raises IntakeRefused."""
    if not connection.in_atomic_block:
        try:
            return _take(submission, now, by, find=partial(insert_later_unless_known, ahead=submission.ahead))
        except DatabaseError as error:
            if not lost_race(error):
                raise
    return _take(submission, now, by, find=insert_unless_known)


@writing()
def _take(submission: Submission, now: datetime, by: User | None, *, find: Callable[[Lead], Known]) -> Intake:
    """``find`` says who has a lead's address, or inserts it."""
    _check_kept(submission)
    if known := _known(submission.external_id):
        return Intake(known.lead, known, None, created=False, repeated=True)
    raw = {name: getattr(submission, name) for name in PERSON_FIELDS}
    person, cleaned, custom = _clean(raw, submission.answers, submission.custom)
    spoke = bool(cleaned) and submission.provenance in OWN_WORDS
    lead, there = _lead_for(person, submission, now, spoke=spoke, find=find)
    created = there.lead is None
    if created:
        begin_with(record=lead, values=custom)
    else:
        _extend(lead, now)
        fill_values(record=lead, values=custom, by=by, now=now)
    contact = there.contact if person["email"] else who_has(key=lead.email_key, phone="").contact
    inquiry = _attach(lead, contact, submission, now)
    wanted = wanted_answers(lead=lead, cleaned=cleaned, provenance=submission.provenance, fresh=created)
    answers = store_answers(
        lead=lead, cleaned=wanted, provenance=submission.provenance, now=now, by=by, inquiry=inquiry
    )
    decision = evaluate_lead(lead=lead, now=now, by=by, route=submission.route, answers=answers if created else None)
    if _asks_to_confirm(submission):
        send_now()
        ask_to_confirm(lead=lead, inquiry=inquiry, now=now)
    if submission.visitor and attach_visits(visitor=submission.visitor, lead=lead):
        evaluate_lead(lead=Lead.objects.lock_live(lead.pk), now=now, only_if_new=True)
    return Intake(lead, inquiry, decision, created)


def _known(external_id: str) -> Inquiry | None:
    if not external_id:
        return None
    return Inquiry.objects.filter(external_id=external_id).select_related("lead").first()


def _clean(
    raw: Mapping[str, Any], answers: Mapping[str, Any], custom: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[Question, Any], dict[Definition, Any]]:
    person, errors = clean_person(raw)
    known, wrong = clean_by_key(RecordKind.LEAD, custom)
    errors |= wrong
    cleaned: dict[Question, Any] = {}
    try:
        cleaned = clean_answers(answers)
    except AnswersRefused as refused:
        errors |= refused.errors
    if not errors and not (person["email"] or person["phone"]):
        errors["email"] = "Enter an e-mail address or a phone number."
    if errors:
        raise IntakeRefused(errors)
    return person, cleaned, known


def _check_kept(submission: Submission) -> None:
    """What is kept word for word, besides what a person typed into fields."""
    if not is_storable(submission.external_id):
        raise IntakeRefused({"external_id": UNSTORABLE})
    if not holds_only_storable(submission.payload):
        raise IntakeRefused({"payload": UNSTORABLE})
    if len(submission.external_id) > MAX_EXTERNAL_ID:
        raise IntakeRefused({"external_id": f"Use at most {MAX_EXTERNAL_ID} characters."})
    if len(json.dumps(submission.payload, default=str)) > MAX_PAYLOAD:
        raise IntakeRefused({"payload": "That is more than an inquiry can hold."})


def _lead_for(
    person: dict[str, Any], submission: Submission, now: datetime, *, spoke: bool, find: Callable[[Lead], Known]
) -> tuple[Lead, Known]:
    """The live lead of that address, locked, or a new one where nobody had it. The unique key decides a race: whoever
    loses attaches."""
    unconfirmed = _asks_to_confirm(submission)
    lead = _new(
        person,
        now=now,
        source=submission.source,
        campaign=submission.campaign,
        owner=submission.owner,
        first_inquiry_at=now,
        last_inquiry_at=now,
        engaged_at=now if spoke else None,
        email_unconfirmed=unconfirmed,
    )
    known = find(lead)
    if known.lead is None:
        return lead, known
    return _fill(Lead.objects.lock_live(known.lead), person, unconfirmed=unconfirmed), known


def _new(person: dict[str, Any], *, now: datetime, owner: User | None, **fields: Any) -> Lead:
    team = owner.team if owner else None
    return Lead(**person, owner=owner, team=team, stage_changed_at=now, created_at=now, **fields)


def _fill(lead: Lead, person: dict[str, Any], *, unconfirmed: bool) -> Lead:
    """Only what is empty: an inquiry never overwrites what is known, nor puts an address in doubt that was not."""
    empty = [name for name, value in person.items() if value and not getattr(lead, name)]
    for name in empty:
        setattr(lead, name, person[name])
    if empty:
        lead.email_unconfirmed |= unconfirmed and "email" in empty
        lead.version += 1
        lead.save(update_fields=[*empty, "email_key", "email_unconfirmed", "version"])
    return lead


def _extend(lead: Lead, now: datetime) -> None:
    """An imported inquiry may be older than those we know."""
    Lead.objects.filter(pk=lead.pk).update(
        first_inquiry_at=Least(Coalesce(F("first_inquiry_at"), now), now),
        last_inquiry_at=Greatest(Coalesce(F("last_inquiry_at"), now), now),
    )
    lead.first_inquiry_at = min(lead.first_inquiry_at or now, now)
    lead.last_inquiry_at = max(lead.last_inquiry_at or now, now)


def _attach(lead: Lead, contact: int | None, submission: Submission, now: datetime) -> Inquiry:
    """``contact``, of an account, whose address it is: the account's owner sees the inquiry too."""
    inquiry = Inquiry(
        lead=lead,
        contact_id=contact,
        form=submission.form,
        channel=submission.channel,
        payload=submission.payload,
        received_at=now,
        source=submission.source,
        campaign=submission.campaign,
        consent=_consent(submission, now),
        consent_text=submission.consent_text,
        external_id=submission.external_id,
        ip=submission.ip,
        via=submission.via,
        landing_page=without_unstorable(submission.landing_page)[:2000],
        referrer=without_unstorable(submission.referrer)[:2000],
        utm={key: without_unstorable(str(value)) for key, value in submission.utm.items()},
    )
    return insert([inquiry])[0]


def _consent(submission: Submission, now: datetime) -> ConsentText | None:
    if submission.form is None or not submission.consent_text:
        return None
    return consent_version(form=submission.form, text=submission.consent_text, now=now)


def _asks_to_confirm(submission: Submission) -> bool:
    return submission.form is not None and submission.form.double_opt_in and bool(submission.email)


@transaction.atomic
def add_researched_lead(
    *,
    person: Mapping[str, Any],
    answers: Mapping[str, Any],
    custom: Mapping[str, Any] | None = None,
    by: User,
    now: datetime,
    source: Source | None = None,
) -> Lead:
    """A lead that a rep found: nobody raised a hand, so there is no inquiry. Raises IntakeRefused."""
    cleaned_person, cleaned, known = _clean(person, answers, custom or {})
    lead = _new(cleaned_person, now=now, owner=by, source=source)
    if insert_unless_known(lead).lead:
        raise IntakeRefused({"email": "There is a lead with this address or number already."})
    begin_with(record=lead, values=known)
    store_answers(lead=lead, cleaned=cleaned, provenance=Provenance.RESEARCH, now=now, by=by)
    evaluate_lead(lead=lead, now=now, by=by)
    lead.refresh_from_db()
    return lead
