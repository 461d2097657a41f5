from nurture.models.call_changes import CallChange
from nurture.models.calls import CallAttempt, CallOutcome, CallTask, CallTaskState
from nurture.models.clicks import Click, ClickOn, MachineSign, Verdict
from nurture.models.enrollment import Enrollment, EnrollmentState, ExitReason, SweepCursor
from nurture.models.event import MailEvent, MailEventKind, RefusedPost
from nurture.models.inbound import InboundKind, InboundMail, MatchedBy
from nurture.models.limits import SendingLimits
from nurture.models.links import Attachment, TrackedLink
from nurture.models.mailbox import Mailbox, Security
from nurture.models.preference import MailPreference, Pace, Topic
from nurture.models.sequence import EnrollmentCondition, EnrollmentField, Sequence, SequenceStatus
from nurture.models.step import BranchField, Step, StepKind, Variant, WaitFor
from nurture.models.suppression import Suppression, SuppressionKind, SuppressionReason
from nurture.models.touch import SkipReason, Touch, TouchKind, TouchState

__all__ = [
    "Attachment",
    "BranchField",
    "CallAttempt",
    "CallChange",
    "CallOutcome",
    "CallTask",
    "CallTaskState",
    "Click",
    "ClickOn",
    "Enrollment",
    "EnrollmentCondition",
    "EnrollmentField",
    "EnrollmentState",
    "ExitReason",
    "InboundKind",
    "InboundMail",
    "MachineSign",
    "MailEvent",
    "MailEventKind",
    "MailPreference",
    "Mailbox",
    "MatchedBy",
    "Pace",
    "RefusedPost",
    "Security",
    "SendingLimits",
    "Sequence",
    "SequenceStatus",
    "SkipReason",
    "Step",
    "StepKind",
    "Suppression",
    "SuppressionKind",
    "SuppressionReason",
    "SweepCursor",
    "Topic",
    "Touch",
    "TouchKind",
    "TouchState",
    "TrackedLink",
    "Variant",
    "Verdict",
    "WaitFor",
]
