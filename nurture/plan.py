"""The steps of a version in order, and what may come after each. Pure: over rows that were read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from crm.web.holding import held
from nurture.models import Step, StepKind


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...]

    @cached_property
    def names(self) -> dict[str, Step]:
        return {step.name: step for step in self.steps if step.name}

    def at(self, position: int) -> Step | None:
        """The step there, or the next one after it; None at the end."""
        return next((step for step in self.steps if step.position >= position), None)

    def target(self, step: Step) -> Step | None:
        return self.names.get(step.goes_to)

    def leads_back(self, step: Step) -> bool:
        target = self.target(step)
        return target is not None and target.position <= step.position

    def after(self, step: Step) -> Iterator[Step]:
        """Every step that may come next: a way back is taken a limited number of times, then it goes on."""
        jumps = step.kind in (StepKind.BRANCH, StepKind.GO_TO)
        if jumps and (target := self.target(step)):
            yield target
        goes_on = step.kind != StepKind.END and (step.kind != StepKind.GO_TO or self.leads_back(step))
        if goes_on and (following := self.at(step.position + 1)):
            yield following

    def reachable(self) -> set[int]:
        """Positions that some way leads to."""
        return self._from(self.steps[0]) if self.steps else set()

    def loop_without_wait(self) -> list[Step]:
        """Steps that come round again with no wait among them, in their order; empty where there are none."""
        moving = [step for step in self.steps if step.kind != StepKind.WAIT]
        return [step for step in moving if any(step.position in self._from(one, moving) for one in self._next(step))]

    def _next(self, step: Step) -> list[Step]:
        return [one for one in self.after(step) if one.kind != StepKind.WAIT]

    def _from(self, start: Step, among: Iterable[Step] | None = None) -> set[int]:
        allowed = {step.position for step in (self.steps if among is None else among)}
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            step = waiting.pop()
            if step.position in allowed and step.position not in seen:
                seen.add(step.position)
                waiting += self.after(step)
        return seen


@held
def plan_of(sequence_id: int) -> Plan:
    steps = Step.objects.filter(sequence=sequence_id).select_related("question").prefetch_related("variants")
    return Plan(tuple(steps.order_by("position")))
