"""The admin of leads: what marketing sets up, and a view of the records that services write."""

from leads.admin import forms, leads, policies, questions, reasons, records, routing, visits

__all__ = ["forms", "leads", "policies", "questions", "reasons", "records", "routing", "visits"]
