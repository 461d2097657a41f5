"""An undefined variable in one of our templates is an error; in other people's it stays empty, as they expect."""

import sys
from types import FrameType

from django.template.base import Node

from scripts.common import ROOT


class UndefinedVariable(str):
    """For the template engine's string_if_invalid, which Django fills in with ``%``."""

    def __new__(cls) -> "UndefinedVariable":
        return super().__new__(cls, "%s")

    def __mod__(self, variable: object) -> str:
        template = _template(sys._getframe(1))
        if template.startswith(str(ROOT)) and "/.venv/" not in template:
            raise AssertionError(f"{template} uses {variable!s}, which is not defined there")
        return ""


def _template(frame: FrameType | None) -> str:
    while frame:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin.name)
        frame = frame.f_back
    return ""
