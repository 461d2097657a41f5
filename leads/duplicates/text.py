"""Forms under which two spellings are one."""

import unicodedata
from itertools import groupby

from crm.accounts.names import name_key

# Given names that are used for one another, by the first of each line.
_NICKNAMES = """
alexander alex alec sandy xander
andrew andy drew
anthony tony
benjamin ben benny
catherine cathy kate katie katherine kathy kitty
charles charlie chuck
christopher chris kit
daniel dan danny
david dave davey
edward ed eddie ned ted teddy
elizabeth beth betty eliza lisa liz lizzie
frederick fred freddie
gregory greg
james jamie jim jimmy
jennifer jen jenny
jonathan jon
joseph joe joey
kenneth ken kenny
lawrence larry laurie
margaret maggie meg peggy
matthew matt
michael mick mickey mike
nicholas nick nicky
patricia pat patty tricia
peter pete
philip phil
rebecca becca becky
richard dick rich rick ricky
robert bob bobby rob robbie
ronald ron ronnie
samuel sam sammy
stephen steve steven
susan sue susie
theodore theo
thomas tom tommy
timothy tim timmy
victoria vicky tori
william bill billy liam will willy
"""
FORMAL_NAME = {name: line.split()[0] for line in _NICKNAMES.strip().splitlines() for name in line.split()}


def folded(value: str) -> str:
    """Lower case, without accents; everything that is neither letter nor digit is one blank."""
    plain = unicodedata.normalize("NFKD", value).casefold()
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


def given_name(value: str) -> str:
    """Folded, a nickname as the formal name it stands for."""
    return " ".join(FORMAL_NAME.get(word, word) for word in folded(value).split())


def solid(value: str) -> str:
    """Folded, without blanks: "Wallaby Place" and "wallabyplace" are one."""
    return folded(value).replace(" ", "")


def digits(value: str) -> str:
    return "".join(c for c in value if c.isdigit())


def code(value: str) -> str:
    """The first letter and the consonants after it, none twice in a row: "Smyth" and "Smith" are both "smt"."""
    name = solid(value)
    skeleton = name[:1] + "".join(c for c in name[1:] if c not in "aeiouyhw")
    return "".join(letter for letter, _ in groupby(skeleton))[:20]


def given_code(value: str) -> str:
    return code(given_name(value))


def company_key(value: str) -> str:
    """The words of the name in one order; bounded, because some characters unfold to many."""
    return " ".join(sorted(name_key(value).split()))[:200]
