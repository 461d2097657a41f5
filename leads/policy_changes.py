"""What one version of a policy says otherwise than another, for a person who is about to put it into force."""

from collections import defaultdict
from dataclasses import dataclass

from leads.criterion_words import asks_for, counts_for, rule_of, with_choices
from leads.models import Criterion, Policy


@dataclass(frozen=True)
class Change:
    """``before`` blank: new. ``after`` blank: gone."""

    label: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        return "changed" if self.before and self.after else "new" if self.after else "gone"


def changes_between(old: Policy, new: Policy) -> list[Change]:
    """Criteria are paired by what they look at, and by their labels where several look at the same."""
    before, after = with_choices(old), with_choices(new)
    rules = Change("Rule", rule_of(old, before), rule_of(new, after))
    changes = [Change(_label(a, b), _text(a), _text(b)) for a, b in _pairs(before, after)]
    return [change for change in [rules, *changes] if change.before != change.after]


def _pairs(before: list[Criterion], after: list[Criterion]) -> list[tuple[Criterion | None, Criterion | None]]:
    left: dict[str, list[Criterion]] = defaultdict(list)
    for criterion in before:
        left[criterion.subject].append(criterion)
    pairs: list[tuple[Criterion | None, Criterion | None]] = []
    for criterion in after:
        alike = left[criterion.subject]
        match = next((one for one in alike if one.label == criterion.label), alike[0] if alike else None)
        if match:
            alike.remove(match)
        pairs.append((match, criterion))
    gone = [(criterion, None) for criteria in left.values() for criterion in criteria]
    return [*pairs, *gone]


def _label(before: Criterion | None, after: Criterion | None) -> str:
    found = after or before
    return found.label if found else ""


def _text(criterion: Criterion | None) -> str:
    return f"{criterion.label}: {asks_for(criterion)} ({counts_for(criterion)})" if criterion else ""
