"""The text of an HTML mail. It is only ever shown as plain text, so nothing needs to be made harmless."""

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

BREAKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote", "hr"}
HIDDEN = {"script", "style", "head", "title", "template"}


def text_of(html: str) -> str:
    reader = _Reader(convert_charrefs=True)
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(_at_most_one_blank(lines)).strip()


def _at_most_one_blank(lines: Iterable[str]) -> Iterator[str]:
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line


class _Reader(HTMLParser):
    """Lines of what a reader sees, quoted text with the signs of plain mail in front."""

    def __init__(self, **options: bool) -> None:
        super().__init__(**options)
        self.parts: list[str] = []
        self.hidden = 0
        self.quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in HIDDEN
        self.quotes += tag == "blockquote"
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in HIDDEN))
        self.quotes = max(0, self.quotes - (tag == "blockquote"))
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(" ".join(data.split("\n")))

    def _break(self, tag: str) -> None:
        if tag in BREAKS and not self.hidden:
            self.parts.append("\n" + "> " * min(self.quotes, 3))
