from nurture.models.calls import CallAttempt, CallOutcome, CallTask, CallTaskState
from nurture.models.enrollment import Enrollment, EnrollmentState, ExitReason
from nurture.models.sequence import Sequence, SequenceStatus, Step, StepKind
from nurture.models.suppression import Suppression, SuppressionKind, SuppressionReason
from nurture.models.touch import SkipReason, Touch, TouchKind, TouchState

__all__ = [
    "CallAttempt",
    "CallOutcome",
    "CallTask",
    "CallTaskState",
    "Enrollment",
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
    "Touch",
    "TouchKind",
    "TouchState",
]
