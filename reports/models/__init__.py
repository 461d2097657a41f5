from reports.models.back_tests import UNDER_WAY, BackTest, BackTestState, Flip
from reports.models.digests import Digest, DigestOptOut
from reports.models.facts import ChangedLead, LeadFact
from reports.models.rulings import Ruling

__all__ = [
    "UNDER_WAY",
    "BackTest",
    "BackTestState",
    "ChangedLead",
    "Digest",
    "DigestOptOut",
    "Flip",
    "LeadFact",
    "Ruling",
]
