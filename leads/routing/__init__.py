"""How routing decides who gets a lead: conditions, pools, presence, turns. ``leads.services.routing`` assigns."""
