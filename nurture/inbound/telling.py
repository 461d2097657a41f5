"""Who is told that a lead answered: its owner; where nobody has it, who would give it to somebody."""

from datetime import datetime

from crm.people.models import NoticeKind, Role, User
from crm.people.notifying import notify
from leads.models import Lead
from nurture.models import InboundMail


def tell_of_reply(mail: InboundMail, *, lead: Lead, now: datetime) -> None:
    notify(
        users=_whom(lead),
        kind=NoticeKind.REPLY,
        key=f"reply:{mail.pk}",
        title=f"{lead} replied" + (f": {mail.subject}" if mail.subject else ""),
        body=mail.own_words or mail.text,
        url=lead.get_absolute_url(),
        now=now,
    )


def _whom(lead: Lead) -> list[User]:
    if lead.owner and lead.owner.is_active:
        return [lead.owner]
    team = lead.team
    if team and team.manager and team.manager.is_active:
        return [team.manager]
    return list(User.objects.filter(role=Role.SALES_MANAGER, is_active=True))
