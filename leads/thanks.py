"""What the thank-you page offers. It judges this inquiry's own answers alone, never what was known of the person
before: whoever types somebody else's address learns nothing."""

from dataclasses import dataclass

from django.core import signing

from leads.conditions import all_conditions, judged_questions, known_values, questions_to_ask_next
from leads.evaluation import evaluate
from leads.facts import facts_of, newest
from leads.models import Inquiry, Lead, Question
from leads.reaching import worth_asking
from leads.services.person import clean_person
from leads.services.policies import policy_in_force

MAX_QUESTIONS = 2
VALID_SECONDS = 7 * 86_400
_SALT = "leads.thanks"


@dataclass(frozen=True)
class NextStep:
    """Either a link to book a meeting, or questions to ask; neither once there is nothing to gain."""

    booking_link: str = ""
    questions: tuple[Question, ...] = ()


def token_for(inquiry: Inquiry | None) -> str:
    """None for an inquiry that was only pretended to be taken."""
    return signing.dumps(inquiry.pk if inquiry else 0, salt=_SALT)


def inquiry_of(token: str) -> Inquiry | None:
    """Raises ``signing.BadSignature`` for one that is made up or too old."""
    pk = signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
    return Inquiry.objects.select_related("lead__owner", "source", "campaign").filter(pk=pk).first()


def next_step(inquiry: Inquiry) -> NextStep:
    """As of the moment of the inquiry."""
    force = policy_in_force(campaign_id=inquiry.campaign_id)
    if force is None:
        return NextStep()
    answers = _own_answers(inquiry)
    verdict = evaluate(force.definition, facts_of(_as_submitted(inquiry), answers, now=inquiry.received_at))
    if verdict.qualified:
        owner = inquiry.lead.owner
        return NextStep(booking_link=owner.booking_link if owner else "")
    wanted = worth_asking(force.definition, verdict)
    if not wanted:
        return NextStep()
    conditions = all_conditions()
    questions = judged_questions(verdict, conditions)
    missing = questions_to_ask_next(wanted, conditions, known_values(answers), questions)
    return NextStep(questions=tuple(missing[:MAX_QUESTIONS]))


def _own_answers(inquiry: Inquiry) -> dict:
    return newest(inquiry.answers.select_related("question", "by").order_by("answered_at", "pk"))


def _as_submitted(inquiry: Inquiry) -> Lead:
    """Not saved: the person as this inquiry alone tells it."""
    person, errors = clean_person({name: str(value) for name, value in inquiry.payload.items()})
    told = {name: value for name, value in person.items() if name not in errors}
    at = {"first_inquiry_at": inquiry.received_at, "last_inquiry_at": inquiry.received_at}
    return Lead(**told, **at, source=inquiry.source, campaign=inquiry.campaign)
