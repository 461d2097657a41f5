"""Who gets a qualified lead, and who got it."""

from django.db import models
from django.db.models import Q

from crm.people.models import Team, Territory, User
from crm.web.models import AppendOnly
from leads.models.lead import Lead
from leads.models.policy import Operator
from leads.models.question import Question


class Target(models.TextChoices):
    """Among whom a rule chooses."""

    MEMBERS = "members", "The members listed below"
    REP = "rep", "One rep"
    TEAM = "team", "The reps of a team"
    TERRITORY = "territory", "The owners of a territory"
    LEAD_TERRITORY = "lead_territory", "The owners of the lead's own territory"
    ACCOUNT_OWNER = "account_owner", "The owner of the account with the lead's domain"
    QUEUE = "queue", "Nobody: the queue of a team, or of all"


class Method(models.TextChoices):
    ROUND_ROBIN = "round_robin", "In turn"
    LEAST_LOADED = "least_loaded", "Whoever has the fewest open leads"


class OutsideHours(models.TextChoices):
    """What happens while nobody of them works. Who is absent never gets a lead."""

    ASSIGN = "assign", "Give it to one of them; the clock runs when they work"
    NEXT_RULE = "next_rule", "Try the next rule"


class RoutingRule(models.Model):
    """The first rule by position that fits a lead, and finds somebody, has it. Minutes are of working time."""

    name = models.CharField(max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(default=0, db_index=True)
    active = models.BooleanField(default=True)
    target = models.CharField("goes to", max_length=20, choices=Target, default=Target.MEMBERS)
    rep = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True)
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, blank=True, related_name="routing_rules")
    members = models.ManyToManyField(User, through="RoutingMember", related_name="routing_rules")
    method = models.CharField("who of them", max_length=20, choices=Method, default=Method.ROUND_ROBIN)
    outside_hours = models.CharField(
        "when none of them works", max_length=20, choices=OutsideHours, default=OutsideHours.ASSIGN
    )
    accept_within_minutes = models.PositiveIntegerField(
        "accept within", default=240, help_text="Minutes of the rep's working time; 0: no clock."
    )
    escalates = models.BooleanField(
        "tell the manager", default=True, help_text="When it was not accepted in time: on Today and by e-mail."
    )
    reassign_after_minutes = models.PositiveIntegerField(
        "then give it to the next after",
        null=True,
        blank=True,
        help_text="Minutes of the rep's working time after the manager was told; empty: never.",
    )
    # No longer read: turns are counted by Rotation. Goes with the next release.
    turn = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="rule_for_one_rep_names_the_rep",
                condition=~Q(target="rep") | Q(rep__isnull=False),
                violation_error_message="Choose the rep.",
            ),
            models.CheckConstraint(
                name="rule_for_a_territory_names_it",
                condition=~Q(target="territory") | Q(territory__isnull=False),
                violation_error_message="Choose the territory.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def clock_in_words(self) -> str:
        """“4 h, then the manager is told, after 1 h more a colleague gets it”."""
        if not self.accept_within_minutes:
            return "no clock"
        parts = [_minutes(self.accept_within_minutes)]
        if self.escalates:
            parts.append("then the manager is told")
        if self.reassign_after_minutes is not None:
            parts.append(f"after {_minutes(self.reassign_after_minutes)} more a colleague gets it")
        return ", ".join(parts)

    @property
    def goes_to(self) -> str:
        """For a person: “Team North, in turn”."""
        who = {
            Target.REP: str(self.rep),
            Target.TEAM: f"team {self.team}",
            Target.TERRITORY: f"territory {self.territory}",
            Target.LEAD_TERRITORY: "owners of the lead's territory",
            Target.ACCOUNT_OWNER: "owner of the account",
            Target.QUEUE: f"queue of {self.team}" if self.team_id else "queue of all",
            Target.MEMBERS: "its members",
        }[Target(self.target)]
        alone = self.target in (Target.REP, Target.ACCOUNT_OWNER, Target.QUEUE)
        return who if alone else f"{who}, {Method(self.method).label.lower()}"


def _minutes(count: int) -> str:
    hours, minutes = divmod(count, 60)
    return " ".join(part for part in (hours and f"{hours} h", (minutes or not hours) and f"{minutes} min") if part)


class RoutingMember(models.Model):
    rule = models.ForeignKey(RoutingRule, models.CASCADE, related_name="pool")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="member_once_per_rule", fields=["rule", "user"])]

    def __str__(self) -> str:
        return str(self.user)


class RoutingField(models.TextChoices):
    """What of a lead a condition may look at, besides answers."""

    SOURCE = "source", "Source"
    CAMPAIGN = "campaign", "Campaign"
    FORM = "form", "Form of the last inquiry"
    PATH = "path", "Path"
    SCORE = "score", "Score"
    TERRITORY = "territory", "Territory"
    COUNTRY = "country", "Country"
    REGION = "region", "Region"
    POSTCODE = "postcode", "Postcode"
    CITY = "city", "City"
    INDUSTRY = "industry", "Industry"
    EMPLOYEES = "employees", "Employees"
    COMPANY = "company", "Company"
    JOB_TITLE = "job_title", "Job title"
    DOMAIN = "domain", "Domain of the e-mail address"


class RoutingCondition(models.Model):
    """All conditions of a rule must hold. ``value`` is a list of texts; for "is at least" and "is at most" of one."""

    rule = models.ForeignKey(RoutingRule, models.CASCADE, related_name="conditions")
    field = models.CharField(max_length=20, choices=RoutingField, blank=True)
    question = models.ForeignKey(Question, models.PROTECT, null=True, blank=True, related_name="routing_conditions")
    operator = models.CharField(max_length=10, choices=Operator, default=Operator.IN)
    value = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="routing_condition_looks_at_one_thing",
                condition=Q(question__isnull=False, field="") | (Q(question=None) & ~Q(field="")),
            ),
        ]

    def __str__(self) -> str:
        what = str(self.question) if self.question_id else RoutingField(self.field).label
        return f"{what} {Operator(self.operator).label} {', '.join(map(str, self.value))}".strip()


class Rotation(models.Model):
    """A pool whose reps take turns: rules that choose from the same team or territory share it. Whoever routes locks
    this row until the turn is stored."""

    rule = models.OneToOneField(RoutingRule, models.CASCADE, null=True, related_name="rotation")
    team = models.OneToOneField(Team, models.CASCADE, null=True, related_name="rotation")
    territory = models.OneToOneField(Territory, models.CASCADE, null=True, related_name="rotation")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="rotation_is_of_one_pool",
                condition=Q(rule__isnull=False, team=None, territory=None)
                | Q(rule=None, team__isnull=False, territory=None)
                | Q(rule=None, team=None, territory__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Turns of {self.rule or self.team or self.territory}"


class RotationTurn(models.Model):
    """When a rep was last given a lead of the rotation: the number of the turn, not a count of leads."""

    rotation = models.ForeignKey(Rotation, models.CASCADE, related_name="turns", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    turn = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_turn_per_rep_and_rotation", fields=["rotation", "user"]),
            models.UniqueConstraint(name="turn_is_taken_once", fields=["rotation", "turn"]),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.turn}"


class AssignmentKind(models.TextChoices):
    ROUTED = "routed", "Routed by a rule"
    QUEUED = "queued", "Put into the queue by routing"
    MANUAL = "manual", "Assigned by hand"
    ACCEPTED = "accepted", "Taken over"
    REJECTED = "rejected", "Given back"
    REASSIGNED = "reassigned", "Passed on, because it was not accepted in time"


class Assignment(AppendOnly):
    """Whose a lead became. ``note`` says why in a line, ``explanation`` rule by rule (``leads.routing.walk``);
    ``accept_by`` is what the clock was set to."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="assignments")
    to = models.ForeignKey(User, models.PROTECT, null=True, related_name="assignments", db_index=False)
    rule = models.ForeignKey(RoutingRule, models.PROTECT, null=True, related_name="assignments", db_index=False)
    kind = models.CharField(max_length=10, choices=AssignmentKind, default=AssignmentKind.MANUAL)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    accept_by = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    explanation = models.JSONField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(name="assignment_to_at", fields=["to", "at"]),
            models.Index(name="assignment_rule_at", fields=["rule", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.lead} → {self.to or 'queue'}"


class Escalation(models.Model):
    """A manager is told, once, that a lead was not accepted by its deadline. Today shows it at once; ``mailed_at`` is
    claimed before the mail is sent, so that nobody is written to twice."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="escalations")
    manager = models.ForeignKey(User, models.CASCADE, null=True, related_name="escalations")
    deadline = models.DateTimeField()
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_escalation_per_deadline", fields=["lead", "deadline", "manager"]),
            models.UniqueConstraint(
                name="one_escalation_to_nobody_per_deadline", fields=["lead", "deadline"], condition=Q(manager=None)
            ),
        ]
        indexes = [
            models.Index(name="escalation_to_mail", fields=["at"], condition=Q(mailed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.lead}: {self.manager or 'nobody'} was told"
