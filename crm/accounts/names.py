"""Company names: the form under which two spellings are one company."""

import re
import unicodedata

_LEGAL_FORM = re.compile(
    r"\b(incorporated|inc|corporation|corp|company|co|limited|ltd|llc|llp|plc|gmbh|ag|kg|se|sa|sarl|sas|srl|spa|bv|nv|"
    r"ab|oy|as|aps|ltda|pty|pte)\b"
)


MAX_KEY = 200


def name_key(value: str) -> str:
    """Lower case, no accents, punctuation or legal forms; the plain folded name where nothing else is left. Bounded,
    because some characters unfold to many."""
    folded = unicodedata.normalize("NFKD", value).casefold()
    folded = "".join(c for c in folded if not unicodedata.combining(c))
    words = re.sub(r"[^\w\s]|_", " ", folded)
    key = " ".join(_LEGAL_FORM.sub(" ", words).split()) or " ".join(words.split())
    return key[:MAX_KEY]
