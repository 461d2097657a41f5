"""Invented people: their names, how to reach them, and what is true of them."""

import re
import unicodedata
from dataclasses import dataclass, field
from random import Random
from typing import Any

from faker import Faker

from simulation.market import LOOKING, MEANS_IT, Mind, Origin

# country, locale for names, share, cities with what their numbers begin with: only numbers that are kept for fiction
US = (
    ("Boston", "+161755501"), ("Chicago", "+131255501"), ("Denver", "+130355501"), ("Seattle", "+120655501"),
    ("Atlanta", "+140455501"), ("Austin", "+151255501"), ("New York", "+121255501"), ("Los Angeles", "+121355501"),
    ("Phoenix", "+160255501"), ("Dallas", "+121455501"), ("Miami", "+130555501"), ("Detroit", "+131355501"),
    ("Portland", "+150355501"), ("Columbus", "+161455501"), ("Pittsburgh", "+141255501"), ("St. Louis", "+131455501"),
    ("Nashville", "+161555501"), ("Baltimore", "+141055501"), ("Milwaukee", "+141455501"), ("Cleveland", "+121655501"),
)  # fmt: skip
STATES = {
    "Boston": "MA", "Chicago": "IL", "Denver": "CO", "Seattle": "WA", "Atlanta": "GA", "Austin": "TX", "New York": "NY",
    "Los Angeles": "CA", "Phoenix": "AZ", "Dallas": "TX", "Miami": "FL", "Detroit": "MI", "Portland": "OR",
    "Columbus": "OH", "Pittsburgh": "PA", "St. Louis": "MO", "Nashville": "TN", "Baltimore": "MD", "Milwaukee": "WI",
    "Cleveland": "OH",
}  # fmt: skip
PLACES = (
    ("US", "en_US", 70, US),
    ("GB", "en_GB", 15, (("London", "+442079460"),)),
    ("DE", "de_DE", 15, (("Berlin", "+493023125"),)),
)
TITLES = ("Operations manager", "Head of IT", "Owner", "Office manager", "Finance director", "Buyer", "Project manager")
FREE_MAIL = 0.12


@dataclass
class Prospect:
    """``truths`` holds the true answer to each question; ``lead`` is the id of their lead, once there is one."""

    mind: Mind
    origin: Origin
    person: dict[str, Any]
    truths: dict[str, str]
    lead: int = 0
    campaign: str = ""
    handled: bool = field(default=False, repr=False)  # somebody of sales has it on their desk

    def would_say(self, rng: Random, chances: dict[str, float]) -> dict[str, str]:
        return {key: self.truths[key] for key, chance in chances.items() if rng.random() < chance}

    def would_tell(self, rng: Random) -> dict[str, str]:
        """On the phone."""
        return self.would_say(rng, dict.fromkeys(self.truths, self.mind.on_call))


class Population:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.count = 0
        self.fakers = {locale: Faker(locale) for _, locale, *_ in PLACES}
        for faker in self.fakers.values():
            faker.seed_instance(rng.getrandbits(32))

    def invent(self, origin: Origin) -> Prospect:
        self.count += 1
        mind = self._mind(origin)
        return Prospect(mind=mind, origin=origin, person=self._person(), truths=self.truths_of(mind))

    def truths_of(self, mind: Mind) -> dict[str, str]:
        return {key: self._pick(weighted) for key, weighted in mind.truths.items()}

    def _mind(self, origin: Origin) -> Mind:
        draw = self.rng.random()
        for mind, share in MEANS_IT:
            draw -= share * origin.quality
            if draw < 0:
                return mind
        return LOOKING

    def _pick(self, weighted: tuple[tuple[str, float], ...]) -> str:
        values, weights = zip(*weighted, strict=True)
        return str(self.rng.choices(values, weights)[0])

    def _person(self) -> dict[str, Any]:
        country, locale, _, cities = self.rng.choices(PLACES, [place[2] for place in PLACES])[0]
        faker, (city, numbers) = self.fakers[locale], cities[self.count % len(cities)]
        first, last, company = faker.first_name(), faker.last_name(), faker.company()
        return {
            "first_name": first,
            "last_name": last,
            "company": company,
            "job_title": self.rng.choice(TITLES),
            "email": f"{_slug(first)}.{_slug(last)}{self.count}@{self._domain(company)}",
            "phone": self._phone(numbers) if self.rng.random() < 0.75 else "",
            "city": city,
            "region": STATES.get(city, ""),
            "country": country,
        }

    def _domain(self, company: str) -> str:
        return "mailbox.example" if self.rng.random() < FREE_MAIL else f"{_slug(company)}.example"

    def _phone(self, numbers: str) -> str:
        if numbers.startswith("+1"):
            return f"{numbers}{self.count // len(US) % 100:02}"
        return f"{numbers}{self.count % 1000:03}"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "company"
