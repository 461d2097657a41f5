"""The part a person plays when their company buys."""

from django.db import models


class BuyingRole(models.TextChoices):
    DECISION_MAKER = "decision_maker", "Decision-maker"
    RECOMMENDER = "recommender", "Recommender"
    INFLUENCER = "influencer", "Influencer"
    USER = "user", "User"
    GATEKEEPER = "gatekeeper", "Gatekeeper"
    ECONOMIC_BUYER = "economic_buyer", "Economic buyer"
