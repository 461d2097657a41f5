"""Questions that a mapping declares: made where they are missing, with the choices that the data holds."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from leads.importing import sections
from leads.importing.errors import MappingWrong, RowRefused
from leads.importing.reading import Table
from leads.importing.sections import Section
from leads.importing.values import Value
from leads.models import Choice, Dimension, Question, QuestionKind
from leads.models.question import CHOICE_KINDS

KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
MAX_CHOICES = 200


@dataclass(frozen=True, kw_only=True)
class QuestionSpec:
    """``choices``: value to label; None means what the answer's value map or else the file's data says."""

    key: str
    text: str
    kind: str
    dimension: str
    help_text: str
    choices: dict[str, str] | None


def parse_questions(raw: Any, name: str) -> list[QuestionSpec]:
    specs = [_question(item, f"{name}[{n}]") for n, item in enumerate(sections.require(raw, list, name, "a list"))]
    keys = [spec.key for spec in specs]
    for key in keys:
        if keys.count(key) > 1:
            raise MappingWrong(f"“{name}” declares “{key}” twice")
    return specs


def _question(raw: Any, name: str) -> QuestionSpec:
    section = Section(raw, name)
    spec = QuestionSpec(
        key=section.take("key", _key),
        text=section.take("text", _short),
        kind=section.take("kind", lambda raw, at: _one_of(raw, at, QuestionKind.values)),
        dimension=section.take("dimension", lambda raw, at: _one_of(raw, at, Dimension.values)),
        help_text=section.optional("help_text", _short) or "",
        choices=section.optional("choices", _choices),
    )
    section.finish()
    return spec


def _key(raw: Any, name: str) -> str:
    if not KEY.fullmatch(sections.text(raw, name)):
        raise MappingWrong(f"“{name}” must be 1 to 64 letters, digits, - or _. Example: occupation")
    return str(raw)


def _short(raw: Any, name: str) -> str:
    if not 0 < len(sections.text(raw, name)) <= 300:
        raise MappingWrong(f"“{name}” must be a text of at most 300 characters")
    return str(raw)


def _one_of(raw: Any, name: str, known: list[str]) -> str:
    if sections.text(raw, name) not in known:
        raise MappingWrong(f"“{name}”: “{raw}” is unknown{sections.suggestion(raw, known)}")
    return str(raw)


def _choices(raw: Any, name: str) -> dict[str, str]:
    values = {value: value for value in raw} if isinstance(raw, list) else Section(raw, name).raw
    for value, label in values.items():
        _check_choice(sections.text(value, name), name)
        sections.text(label, name)
    return dict(values)


def _check_choice(value: str, name: str) -> None:
    if not 0 < len(value) <= 100:
        raise MappingWrong(
            f"“{name}”: a choice has 1 to 100 characters, not “{value[:30]}…”. For free text use kind text"
        )


def check_questions(specs: list[QuestionSpec], answers: dict[str, Value]) -> None:
    """Every answer goes to a question that exists and is active, or is declared with the kind it has."""
    existing = {question.key: question for question in Question.objects.all()}
    declared = {spec.key: spec for spec in specs}
    for key in answers:
        if key not in declared and key not in existing:
            hint = sections.suggestion(key, sorted(existing))
            raise MappingWrong(f"“answers.{key}”: there is no such question{hint}. Or declare it in “questions”")
        if key in existing and not existing[key].active:
            raise MappingWrong(f"“answers.{key}”: the question is inactive. Activate it in the admin")
    for key, spec in declared.items():
        if key in existing and existing[key].kind != spec.kind:
            raise MappingWrong(f"“questions”: “{key}” exists with kind {existing[key].kind}, not {spec.kind}")


def choices_for(specs: list[QuestionSpec], answers: dict[str, Value], table: Table) -> dict[str, dict[str, str]]:
    """Value to label by question key: those listed, else what the value map leads to and then what else the data holds.
    Reads the file to its end, which also proves that all of it can be read."""
    listed = {spec.key: spec.choices or {} for spec in specs}
    unlisted = [s.key for s in specs if s.kind in CHOICE_KINDS and s.choices is None and s.key in answers]
    seen: dict[str, set[str]] = {key: set() for key in unlisted}
    for row in table.rows():
        with suppress(RowRefused):
            values = row.values
            for key in unlisted:
                seen[key].add(answers[key].text(values))
    return listed | {key: _found(key, answers[key], seen[key] - {""}) for key in unlisted}


def _found(key: str, answer: Value, seen: set[str]) -> dict[str, str]:
    mapped = [str(target) for target in answer.values.values() if target is not None]
    found = list(dict.fromkeys(mapped + sorted(seen)))
    if len(found) > MAX_CHOICES:
        raise MappingWrong(f"“answers.{key}” has {len(found)} different values, too many for choices. Use kind text")
    for value in found:
        _check_choice(value, f"answers.{key}")
    return {value: value for value in found}


@transaction.atomic
def create_questions(specs: list[QuestionSpec], choices: dict[str, dict[str, str]]) -> None:
    """What exists stays as it is; choices that it lacks are added at its end."""
    for spec in specs:
        question, _ = Question.objects.get_or_create(
            key=spec.key,
            defaults={
                "text": spec.text,
                "kind": spec.kind,
                "dimension": spec.dimension,
                "help_text": spec.help_text,
                "position": Question.objects.count(),
            },
        )
        have = set(question.choices.values_list("value", flat=True))
        missing = {value: label for value, label in choices[spec.key].items() if value not in have}
        Choice.objects.bulk_create(
            Choice(question=question, value=value, label=label[:200], position=len(have) + place)
            for place, (value, label) in enumerate(missing.items())
        )
