from leads.models.caught import Caught, CaughtSubmission
from leads.models.condition import QuestionCondition
from leads.models.confirmation import EmailConfirmation
from leads.models.conversion import Conversion
from leads.models.custom import LeadFieldChange, LeadFieldValue
from leads.models.engagement import Engagement, EngagementKind
from leads.models.experiment import Arm, Draw, Experiment
from leads.models.form import ConsentText, FormCustomField, FormDay, FormQuestion, FormStep, InquiryForm, PersonField
from leads.models.inquiry import Channel, Inquiry, Via
from leads.models.lead import ALLOWED_MOVES, Lead, Stage
from leads.models.lifecycle import Reason, ReasonPurpose, StageChange
from leads.models.merge import LeadMerge, NotDuplicate
from leads.models.policy import AgeField, Criterion, Decision, FactField, Operator, Policy, PolicyPurpose, PolicyStatus
from leads.models.question import Answer, Choice, Dimension, Provenance, Question, QuestionKind
from leads.models.research import Finding, FindingKind, LeadProject
from leads.models.routing import (
    Assignment,
    AssignmentKind,
    Escalation,
    Method,
    OutsideHours,
    Rotation,
    RotationTurn,
    RoutingCondition,
    RoutingField,
    RoutingMember,
    RoutingRule,
    Target,
)
from leads.models.visit import NamedPage, PageVisit, Visitor

__all__ = [
    "ALLOWED_MOVES",
    "AgeField",
    "Answer",
    "Arm",
    "Assignment",
    "AssignmentKind",
    "Caught",
    "CaughtSubmission",
    "Channel",
    "Choice",
    "ConsentText",
    "Conversion",
    "Criterion",
    "Decision",
    "Dimension",
    "Draw",
    "EmailConfirmation",
    "Engagement",
    "EngagementKind",
    "Escalation",
    "Experiment",
    "FactField",
    "Finding",
    "FindingKind",
    "FormCustomField",
    "FormDay",
    "FormQuestion",
    "FormStep",
    "Inquiry",
    "InquiryForm",
    "Lead",
    "LeadFieldChange",
    "LeadFieldValue",
    "LeadMerge",
    "LeadProject",
    "Method",
    "NamedPage",
    "NotDuplicate",
    "Operator",
    "OutsideHours",
    "PageVisit",
    "PersonField",
    "Policy",
    "PolicyPurpose",
    "PolicyStatus",
    "Provenance",
    "Question",
    "QuestionCondition",
    "QuestionKind",
    "Reason",
    "ReasonPurpose",
    "Rotation",
    "RotationTurn",
    "RoutingCondition",
    "RoutingField",
    "RoutingMember",
    "RoutingRule",
    "Stage",
    "StageChange",
    "Target",
    "Via",
    "Visitor",
]
