"""Answers that say, with nothing else, that no more mails are wanted."""

import re

# As the whole of an answer or, with nothing below it, of a subject. “Please” and signs around them don't matter.
WORDS = {
    *("unsubscribe", "unsubscribe me", "stop", "stop mailing me", "stop emailing me", "stop it", "remove", "remove me"),
    *("opt out", "optout", "no more mails", "no more emails", "take me off your list", "remove me from your list"),
    *("remove me from this list", "unsubscribe me from this list", "do not email me again", "don't email me again"),
    *("do not contact me again", "don't contact me again", "stop sending me emails", "leave me alone"),
    *(
        "abmelden",
        "abbestellen",
        "austragen",
        "stopp",
        "keine mails mehr",
        "keine e-mails mehr",
        "keine weiteren mails",
    ),
    *("nehmen sie mich aus dem verteiler", "désabonner", "désinscrire", "désinscription", "me désinscrire", "arrêtez"),
    *("baja", "darme de baja", "dar de baja", "cancelar suscripción", "cancelar inscrição", "descadastrar", "parar"),
    *("cancellami", "cancellatemi", "disiscrivimi", "annulla iscrizione", "uitschrijven", "afmelden", "avregistrera"),
    *(
        "avsluta",
        "afmeld",
        "meld av",
        "wypisz",
        "wypisz mnie",
        "peruuta tilaus",
        "odhlásit",
        "leiratkozás",
        "отписаться",
    ),
    *("отписка", "配信停止", "退订"),
}
POLITE = re.compile(
    r"\b(please|pls|bitte|s'il vous plaît|svp|por favor|per favore|alstublieft|tack|thanks?|thank you)\b"
)
LONGEST = 200


def is_opt_out(own_words: str, subject: str) -> bool:
    """A longer answer that also says “stop” is for a person to read."""
    said = own_words.strip() or subject
    return len(said) <= LONGEST and _bare(said) in WORDS


def _bare(text: str) -> str:
    text = POLITE.sub(" ", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return re.sub(r"[^\w'-]+", " ", re.sub(r"^\s*(re|aw|sv|ref|rif|antw)\s*:", "", text)).strip(" -'")
