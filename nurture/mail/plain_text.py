"""Parsed Markdown as plain text, for the text part of a mail."""

from markdown_it.token import Token

from nurture.mail.markdown import Linker

INDENT = {"bullet_list": "  ", "ordered_list": "   ", "blockquote": "> "}


def to_text(tokens: list[Token], *, link: Linker) -> str:
    """Paragraphs with a blank line between them, lists with their dashes and numbers, links behind their words."""
    writer = Writer(link)
    for token in tokens:
        writer.write(token)
    return "\n".join(writer.lines).strip()


class Writer:
    def __init__(self, link: Linker) -> None:
        self.link = link
        self.lines: list[str] = []
        self.margins: list[str] = []  # of the lists and quotes that are open
        self.numbers: list[int | None] = []
        self.bullet = ""

    def write(self, token: Token) -> None:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if token.type == "inline":
            self._text(self._inline(token.children or []))
        elif token.type == "hr":
            self._text("-" * 20)
            self._blank()
        elif kind in INDENT:
            self._block(token, kind)
        elif token.type == "list_item_open":
            self.bullet = self._next_bullet()
        elif kind in ("paragraph", "heading") and token.nesting < 0 and not token.hidden:
            self._blank()

    def _block(self, token: Token, kind: str) -> None:
        if token.nesting < 0:
            self.margins.pop()
            self.numbers.pop()
            self._blank()
            return
        self.margins.append(INDENT[kind])
        self.numbers.append(int(token.attrs.get("start", 1)) if kind == "ordered_list" else None)

    def _next_bullet(self) -> str:
        number = self.numbers[-1]
        if number is None:
            return "- "
        self.numbers[-1] = number + 1
        return f"{number}. "

    def _text(self, text: str) -> None:
        for line in text.split("\n"):
            margins = self.margins[:-1] if self.bullet else self.margins
            self.lines.append("".join(margins) + self.bullet + line)
            self.bullet = ""

    def _blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def _inline(self, children: list[Token]) -> str:
        parts: list[str] = []
        opened: list[tuple[str, int]] = []
        for token in children:
            if token.type == "link_open":
                opened.append((str(token.attrs["href"]), len(parts)))
            elif token.type == "link_close":
                target, start = opened.pop()
                words = "".join(parts[start:])
                parts[start:] = [self._linked(words, target)]
            else:
                parts.append("\n" if token.type in ("softbreak", "hardbreak") else token.content)
        return "".join(parts)

    def _linked(self, words: str, target: str) -> str:
        address = self.link(target)
        return address if not address or words in (target, "") else f"{words} <{address}>"
