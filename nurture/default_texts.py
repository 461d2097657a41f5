"""What the sequence that a new company starts with writes and says."""

FIRST_MAIL = """Hi {{ first_name }},

thank you for getting in touch with {{ our_company }}. So that we send you what helps, and nothing that does not, \
may I ask one thing: when do you plan to decide?

One click below is enough. If it is early days, say so: that is a good answer too.

{{ sender_name }}"""

BUDGET_MAIL = """Hi {{ first_name }},

people often ask us what a project like theirs costs, and the honest answer is that it depends on where you want to \
start. A rough range is enough for us to suggest a start that fits {{ company }}.

Which of these comes closest? You commit to nothing by clicking.

{{ sender_name }}"""

AUTHORITY_MAIL = """Hi {{ first_name }},

last question from me, I promise. Decisions like this one are seldom made alone. If I know your part in it, I can send \
you what your colleagues will want to see: figures, references, or simply how it works.

{{ sender_name }}"""

LATER_MAIL = """Hi {{ first_name }},

some months ago you told me that there was no hurry. I have kept out of your way since. Is it still on, and has the \
date come closer?

One click tells me whether to wait, or whether to get in touch.

{{ sender_name }}"""

CALL_SCRIPT = """Hello {{ first_name }}, this is {{ sender_name }} of {{ our_company }}. You asked us for information \
a while ago. Do you have two minutes?

If not: when may I call back?

What made you look for a solution now? What happens if nothing changes?

Fill in the open questions as they come up."""
