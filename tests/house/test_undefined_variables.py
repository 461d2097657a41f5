"""The tests' own strictness: see tests/templates.py."""

import pytest
from django.template import Context, Engine, Origin, Template

from scripts.common import ROOT
from tests.templates import UndefinedVariable


def rendered(source: str, *, file: str, **context: object) -> str:
    engine = Engine(string_if_invalid=UndefinedVariable())
    return Template(source, Origin(name=file), engine=engine).render(Context(context))


@pytest.mark.parametrize("source", ["{{ nme }}", "{{ nme|upper }}", "{% if name %}{{ name.nme }}{% endif %}"])
def test_undefined_variable_in_our_template_fails(source):
    with pytest.raises(AssertionError, match="nme"):
        rendered(source, file=f"{ROOT}/templates/leads/lead.html", name="Ann")


def test_undefined_variable_in_their_template_is_empty():
    assert rendered("-{{ nme }}-", file=f"{ROOT}/.venv/lib/unfold/page.html") == "--"


def test_defined_but_empty_variable_is_fine():
    assert rendered("-{{ name }}-{{ none|default:'x' }}", file=f"{ROOT}/templates/a.html", name="", none=None) == "--x"
