"""Which mails no person wrote: out-of-office notes and other automatic answers (RFC 3834)."""

import re
from email.message import Message

# A person's mail program may say so too: only what these headers say of a program counts.
NOT_AUTOMATIC = {"", "no", "false", "0", "none"}
SAYS_SO = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-fc-machinegenerated",
)
PRECEDENCE = {"bulk", "junk", "auto_reply", "auto-reply", "list"}
# How programs begin the subject of an automatic answer.
SUBJECT = re.compile(
    r"\s*(re: |aw: |\[)?(auto(matic|mated)?[ -]?(reply|response)|out of (the )?office|ooo\b|on vacation|away from my|"
    r"automatische antwort|abwesenheit|abwesend|nicht im büro|réponse automatique|absence|absent du bureau|"
    r"respuesta automática|fuera de (la )?oficina|ausencia|resposta automática|fora do escritório|risposta automatica|"
    r"fuori (sede|ufficio)|assenza|automatisch antwoord|afwezig|autosvar|automatiskt svar|automatisk svar|"
    r"frånvaro|fravær|automaattinen vastaus|poissa|odpowiedź automatyczna|automatická odpověď|nepřítomnost|"
    r"automatikus válasz|răspuns automat|автоответ|автоматический ответ|自動返信|自动回复|自动答复)",
    re.IGNORECASE,
)
# What people write in such notes; needed where an old program gives no header.
NOTE = re.compile(
    r"(i am|i'm|i will be|i'll be) (currently )?(out of (the )?office|on (annual |parental |sick )?(leave|vacation|"
    r"holiday)|away (from|until))|no longer (works? (here|at|for)|with the company)|"
    r"ich bin (derzeit|momentan|zurzeit|bis|vom|ab|aktuell).{0,60}(nicht (im büro|erreichbar|im haus)|abwesend|"
    r"im urlaub|außer haus)|je suis (actuellement )?(absente?|en congés?)|"
    r"estoy (actualmente )?(fuera de la oficina|de vacaciones)|estou (de férias|ausente|fora do)|"
    r"sono (attualmente )?(assente|in ferie|fuori (sede|ufficio))|"
    r"ik ben (momenteel |op dit moment )?(afwezig|met vakantie|niet aanwezig)|"
    r"jag är (för närvarande )?(ledig|frånvarande|på semester)|jestem (obecnie )?na urlopie",
    re.IGNORECASE,
)
FIRST = 400  # characters of the text in which such a note says so


def is_automatic(message: Message, *, subject: str, own_words: str) -> bool:
    return _headers_say_so(message) or bool(SUBJECT.match(subject)) or bool(NOTE.search(own_words[:FIRST]))


def _headers_say_so(message: Message) -> bool:
    submitted = _value(message, "auto-submitted").partition(";")[0].strip()
    if submitted not in NOT_AUTOMATIC:
        return True
    if any(_value(message, name) not in NOT_AUTOMATIC for name in SAYS_SO):
        return True
    return _value(message, "precedence") in PRECEDENCE


def _value(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip().lower()
