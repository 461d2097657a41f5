from typing import Any

import pytest

from leads.models import Channel, Provenance
from leads.services.intake import Submission

QUALIFYING = {"need": "new", "desire": "must", "time_frame": "month", "budget": "to_25k", "authority": "decide"}
VAGUE = {"need": "looking", "time_frame": "none"}


@pytest.fixture
def submission():
    """submission(email=..., answers=...): what a prospect posts."""

    def make(**fields: Any) -> Submission:
        given = {
            "channel": Channel.FORM,
            "provenance": Provenance.FORM,
            "payload": {"posted": True},
            "email": "ada@lovelace.example",
            "first_name": "Ada",
            "company": "Lovelace Ltd",
            "answers": VAGUE,
        }
        return Submission(**(given | fields))

    return make
