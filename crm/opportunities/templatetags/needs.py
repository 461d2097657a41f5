"""Where an opportunity can go: ``{% load needs %}``."""

import json
from dataclasses import dataclass

from django import template

from crm.opportunities.demands import Move
from crm.opportunities.models import Opportunity

register = template.Library()


@dataclass(frozen=True)
class Ways:
    """``ahead``: the next stage, where it needs something; ``json``: what each closed one needs, by its key."""

    all: list[Move]
    ahead: Move | None
    json: str


@register.simple_tag
def needs_of(moves: dict[int, list[Move]], opportunity: Opportunity) -> Ways:
    """``{% needs_of moves opportunity as ways %}``"""
    ways = moves.get(opportunity.pk, [])
    following = next((way for way in ways if way.stage.position > opportunity.stage.position), None)
    ahead = following if following and following.needs else None
    return Ways(ways, ahead, json.dumps({way.stage.pk: way.needs for way in ways if way.needs}))
