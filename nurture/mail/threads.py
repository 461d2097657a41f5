"""The mails of an enrollment are one conversation: each says which came before it."""

from dataclasses import dataclass, field

from nurture.models import Touch, TouchKind, TouchState

LONGEST = 10  # of the mails before, the newest
REPLY = "Re: "


@dataclass(frozen=True)
class Thread:
    before: list[str] = field(default_factory=list)  # Message-IDs, oldest first
    continues: str = ""  # the subject that is gone on with

    @property
    def headers(self) -> dict[str, str]:
        if not self.before:
            return {}
        return {"In-Reply-To": self.before[-1], "References": " ".join(self.before)}

    def subject(self, own: str) -> str:
        """“Re:” pretends to an answer: it is only where the step says that it goes on with the mail before."""
        return f"{REPLY}{self.continues.removeprefix(REPLY)}" if self.continues else own


def thread_of(touch: Touch) -> Thread:
    if touch.step.position == 0 and touch.round == 1:
        return Thread()
    sent = Touch.objects.filter(enrollment=touch.enrollment_id, kind=TouchKind.EMAIL, state=TouchState.SENT)
    newest = sent.exclude(message_id="").order_by("-sent_at", "-pk").values_list("message_id", "subject")[:LONGEST]
    if not newest:
        return Thread()
    subject = newest[0][1] if touch.step.continues_thread else ""
    return Thread([message_id for message_id, _ in reversed(newest)], subject)
