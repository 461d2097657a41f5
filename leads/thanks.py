"""What the thank-you page offers. It judges this inquiry's own answers alone, never what was known of the person
before: whoever types somebody else's address learns nothing. Only who came by a signed link is known to us there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.core import signing

from leads.conditions import all_conditions, judged_questions, known_values, questions_to_ask_next
from leads.evaluation import PolicyDefinition, Verdict, evaluate
from leads.facts import current_answers, facts_of, newest
from leads.models import Inquiry, InquiryForm, Lead, Question
from leads.reaching import chances, worth_asking
from leads.services.person import clean_person
from leads.services.policies import policy_in_force

MAX_QUESTIONS = 2
VALID_SECONDS = 7 * 86_400
_SALT = "leads.thanks"


@dataclass(frozen=True)
class NextStep:
    """Whether the inquiry qualified, with the link to book a meeting where its rep has one; else questions to ask, none
    once there is nothing to gain."""

    qualified: bool = False
    booking_link: str = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Thanked:
    """Whom the page thanks. ``inquiry`` is None for one that was only pretended to be taken, ``form`` for one that did
    not come by a form."""

    inquiry: Inquiry | None
    form: InquiryForm | None
    framed: bool
    known: bool

    @property
    def next_step(self) -> NextStep:
        return next_step(self.inquiry, known=self.known) if self.inquiry else NextStep()


def token_for(
    inquiry: Inquiry | None, *, form: InquiryForm | None = None, framed: bool = False, known: bool = False
) -> str:
    """None for an inquiry that was only pretended to be taken."""
    said = [inquiry.pk if inquiry else 0, form.pk if form else 0, framed, known]
    return signing.dumps(said, salt=_SALT)


def thanked(token: str) -> Thanked:
    """Raises ``signing.BadSignature`` for one that is made up or too old."""
    inquiry_id, form_id, framed, known = signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
    inquiries = Inquiry.objects.select_related("lead__owner", "source", "campaign", "form").filter(pk=inquiry_id)
    inquiry = inquiries.first() if inquiry_id else None
    form = inquiry.form if inquiry else InquiryForm.objects.filter(pk=form_id).first()
    return Thanked(inquiry, form, framed, known)


def next_step(inquiry: Inquiry, *, known: bool = False) -> NextStep:
    """As of the moment of the inquiry. ``known``: judged by all that we know of the lead, as a signed link said who
    it is."""
    force = policy_in_force(campaign_id=inquiry.campaign_id)
    if force is None:
        return NextStep()
    answers = current_answers(inquiry.lead) if known else _own_answers(inquiry)
    judged = inquiry.lead if known else _as_submitted(inquiry)
    verdict = evaluate(force.definition, facts_of(judged, answers, now=inquiry.received_at))
    if verdict.qualified:
        owner = inquiry.lead.owner
        return NextStep(qualified=True, booking_link=owner.booking_link if owner else "")
    wanted = worth_asking(force.definition, verdict)
    if not wanted:
        return NextStep()
    conditions = all_conditions()
    questions = judged_questions(verdict, conditions)
    decisive = deciding(force.definition, verdict, wanted)
    missing = questions_to_ask_next(decisive, conditions, known_values(answers), questions)
    return NextStep(questions=tuple(missing[:MAX_QUESTIONS]))


def deciding(definition: PolicyDefinition, verdict: Verdict, keys: Sequence[str]) -> Sequence[str]:
    """Of ``keys``, most decisive first, those whose best answers qualify the lead: one or two that do alone, else two
    that do together, else all in their order, because more than two are needed."""
    alone = [key for key in keys if _would_qualify(definition, verdict, [key])]
    if alone:
        return alone
    together = (pair for pair in combinations(keys, MAX_QUESTIONS) if _would_qualify(definition, verdict, pair))
    return next(together, keys)


def _would_qualify(definition: PolicyDefinition, verdict: Verdict, keys: Collection[str]) -> bool:
    found = chances(definition, verdict)
    answered = [chance for chance in found if chance.question in keys]
    lacks_more = any(chance.lacking for chance in found if chance not in answered)
    gained = sum(chance.most - chance.now for chance in answered)
    return not lacks_more and verdict.score + gained >= definition.threshold


def _own_answers(inquiry: Inquiry) -> dict:
    return newest(inquiry.answers.select_related("question", "by").order_by("answered_at", "pk"))


def _as_submitted(inquiry: Inquiry) -> Lead:
    """Not saved: the person as this inquiry alone tells it."""
    person, errors = clean_person({name: str(value) for name, value in inquiry.payload.items()})
    told = {name: value for name, value in person.items() if name not in errors}
    at = {"first_inquiry_at": inquiry.received_at, "last_inquiry_at": inquiry.received_at}
    return Lead(**told, **at, source=inquiry.source, campaign=inquiry.campaign)
