"""The marketer's text as HTML and as plain text: Markdown's paragraphs, headings, lists, quotes, links and emphasis.

Neither HTML nor pictures nor code: what looks like it stays literal. Styles are on each element, because mail programs
forget style sheets; classes are for the dark ones that keep them.
"""

from collections.abc import Callable

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.token import Token

RULES = ["list", "heading", "hr", "blockquote", "link", "autolink", "linkify", "emphasis", "newline", "escape"]
STYLES = {
    "p": "margin:0 0 16px",
    "ul": "margin:0 0 16px;padding-left:24px",
    "ol": "margin:0 0 16px;padding-left:24px",
    "li": "margin:0 0 4px",
    "h1": "margin:0 0 16px;font-size:24px;line-height:1.3",
    "h2": "margin:0 0 12px;font-size:20px;line-height:1.3",
    "h3": "margin:0 0 8px;font-size:16px;line-height:1.3",
    "blockquote": "margin:0 0 16px;padding-left:12px;border-left:3px solid #c9d1dc",
    "hr": "margin:0 0 16px;border:0;border-top:1px solid #c9d1dc",
}
TRACKED = ("http://", "https://")
Linker = Callable[[str], str]


def parse(source: str) -> list[Token]:
    return MARKDOWN.parse(source.strip())


def to_html(tokens: list[Token], *, link: Linker, color: str) -> str:
    """``link`` says where an address leads; ``color`` is the links'. Changes ``tokens``."""
    for token in _all(tokens):
        if token.type == "link_open":
            token.attrs = {"href": link(str(token.attrs["href"])), "style": f"color:{color}", "class": "link"}
        elif style := STYLES.get(token.tag if token.nesting >= 0 else ""):
            token.attrSet("style", style)
    return str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})).strip()


def _all(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *(token.children or []))]


MARKDOWN = MarkdownIt("zero", {"breaks": True, "linkify": True, "xhtmlOut": True}).enable(RULES)
# Only what is written out as an address: “ada.example” in a sentence may be a name.
MARKDOWN.linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
