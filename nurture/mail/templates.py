"""Marketers' texts: Liquid with a short list of tags and filters, over plain values, bounded.

No loops, no assignments, no includes: a text can choose by a merge tag and change its letters, nothing else. Subjects,
bodies and call scripts are checked when they are saved (``check_template``), so that nothing fails when they are sent.
Bodies of mails are Markdown: there a value stands for its letters, whatever they would mean as marks.
"""

import re
import string as letters
from collections.abc import Mapping
from functools import lru_cache
from typing import TextIO

from liquid import BoundTemplate, Environment, RenderContext, StrictUndefined
from liquid.builtin import content, illegal, output
from liquid.builtin.filters import misc, string
from liquid.builtin.tags import case_tag, comment_tag, if_tag, unless_tag
from liquid.exceptions import LiquidError
from liquid.stringify import to_liquid_string

from nurture.mail.tags import MERGE_TAGS, Link

MAX_SOURCE = 20_000
MARKS = re.compile(f"([{re.escape(letters.punctuation)}])")
ALLOWED_TAGS = (if_tag.IfTag, unless_tag.UnlessTag, case_tag.CaseTag, comment_tag.CommentTag)
ALLOWED_FILTERS = {
    "capitalize": string.capitalize,
    "default": misc.default,
    "downcase": string.downcase,
    "strip": string.strip,
    "truncate": string.truncate,
    "upcase": string.upcase,
}


class TemplateRefused(ValueError):
    """The text cannot be used; the message says why, for a person."""


class MailEnvironment(Environment):
    output_stream_limit = 100_000
    loop_iteration_limit = 1
    local_namespace_limit = 1_000
    block_nesting_limit = 10
    context_depth_limit = 10

    output_tag: type[output.Output] = output.Output

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in (content.Literal, self.output_tag, illegal.Illegal, *ALLOWED_TAGS):
            self.add_tag(tag)
        for name, function in ALLOWED_FILTERS.items():
            self.add_filter(name, function)


class LiteralNode(output.OutputNode):
    """Writes the value so that Markdown reads nothing but its letters; after the filters, which see it as it is."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        text = to_liquid_string(value, autoescape=False)
        return buffer.write(text if isinstance(value, Link) else MARKS.sub(r"\\\1", " ".join(text.split())))


class LiteralOutput(output.Output):
    node_class = LiteralNode


class MarkdownEnvironment(MailEnvironment):
    output_tag = LiteralOutput


PLAIN = MailEnvironment(undefined=StrictUndefined)
MARKDOWN = MarkdownEnvironment(undefined=StrictUndefined)


def render(text: str, values: Mapping[str, str | None], *, into: Environment = PLAIN) -> str:
    """``into`` MARKDOWN: for a body. Raises TemplateRefused."""
    try:
        return _parsed(text, into).render(**values)
    except (LiquidError, RecursionError) as error:
        raise TemplateRefused(_message(error)) from error


def check_template(text: str) -> None:
    """Raises TemplateRefused with what is wrong: a tag, filter or merge tag that is not on the list, bad syntax."""
    if len(text) > MAX_SOURCE:
        raise TemplateRefused(f"The text is too long: at most {MAX_SOURCE:,} characters.")
    try:
        analysis = _parsed(text, PLAIN).analyze(include_partials=False)
    except (LiquidError, RecursionError) as error:
        raise TemplateRefused(_message(error)) from error
    used = {str(variable) for found in analysis.variables.values() for variable in found}
    if unknown := sorted(used - set(MERGE_TAGS)):
        raise TemplateRefused(f"There is no merge tag “{unknown[0]}”. There are: {', '.join(MERGE_TAGS)}.")
    render(text, dict.fromkeys(MERGE_TAGS, "x"))


def check_line(text: str) -> None:
    """As ``check_template``, for a subject: one line."""
    if not text.isprintable():
        raise TemplateRefused("A subject is one line without control characters.")
    check_template(text)


@lru_cache(maxsize=256)
def _parsed(text: str, environment: Environment) -> BoundTemplate:
    return environment.from_string(text)


def _message(error: Exception) -> str:
    detail = getattr(error, "message", "") or str(error) or "it is nested too deeply"
    return f"The text cannot be used: {detail}. Merge tags look like {{{{ first_name }}}}."
