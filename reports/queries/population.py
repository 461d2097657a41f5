"""Whom the reports count: the same leads in every report."""

from crm.people.models import User
from leads.models import Lead
from leads.models.lead import LeadQuerySet
from reports.filters import LeadFilters


def counted_leads_of_everybody(user: User | None) -> LeadQuerySet:
    """Not narrowed by any filter."""
    leads = Lead.objects.live()
    return leads.visible_to(user) if user else leads


def counted_leads(*, user: User | None, filters: LeadFilters) -> LeadQuerySet:
    """Live leads that ``user`` may see (None: the command line, all) and that meet ``filters``, each once: no join that
    could repeat a lead."""
    return filters.narrow(counted_leads_of_everybody(user))
