from nurture.models.calls import CallAttempt, CallOutcome, CallTask, CallTaskState
from nurture.models.enrollment import Enrollment, EnrollmentState, ExitReason, SweepCursor
from nurture.models.sequence import EnrollmentCondition, EnrollmentField, Sequence, SequenceStatus
from nurture.models.step import BranchField, Step, StepKind, Variant, WaitFor
from nurture.models.suppression import Suppression, SuppressionKind, SuppressionReason
from nurture.models.touch import SkipReason, Touch, TouchKind, TouchState

__all__ = [
    "BranchField",
    "CallAttempt",
    "CallOutcome",
    "CallTask",
    "CallTaskState",
    "Enrollment",
    "EnrollmentCondition",
    "EnrollmentField",
    "EnrollmentState",
    "ExitReason",
    "Sequence",
    "SequenceStatus",
    "SkipReason",
    "Step",
    "StepKind",
    "Suppression",
    "SuppressionKind",
    "SuppressionReason",
    "SweepCursor",
    "Touch",
    "TouchKind",
    "TouchState",
    "Variant",
    "WaitFor",
]
