"""FEBRL's people with known duplicates: rec-N-org and rec-N-dup-M are one person."""

import json
from itertools import combinations, groupby
from math import comb

import pytest
from django.core.management import call_command

pytestmark = [pytest.mark.realdata, pytest.mark.django_db]
MAPPING = {
    "external_id": "rec_id",
    "fields": {
        "first_name": "given_name",
        "last_name": "surname",
        "street_number": "street_number",
        "street": "address_1",
        "address_2": "address_2",
        "city": "suburb",
        "postcode": "postcode",
        "region": "state",
        "birth_date": "date_of_birth",
    },
    "identifiers": {"social security number": "soc_sec_id"},
}


def person(key):
    return key.split("-")[1]


@pytest.fixture
def measured(shared_data, tmp_path, capsys):
    """measured(name): (true pairs, precision, recall, share of all pairs that was compared)."""

    def measure(name, mapping):
        file = shared_data(f"febrl/{name}.csv")
        (tmp_path / "mapping.json").write_text(json.dumps(mapping))
        call_command("find_duplicates", str(file), mapping=tmp_path / "mapping.json")
        answer = json.loads(capsys.readouterr().out)
        keys = [line.split(",")[0] for line in file.read_text().splitlines()[1:]]
        people = [list(group) for _, group in groupby(sorted(keys, key=person), key=person)]
        true = {frozenset(pair) for group in people for pair in combinations(group, 2)}
        found = {frozenset((pair["left"], pair["right"])) for pair in answer["pairs"]}
        assert len(found) == len(answer["pairs"])
        hits = len(found & true)
        return len(true), hits / len(found), hits / len(true), answer["compared"] / comb(len(keys), 2)

    return measure


@pytest.mark.parametrize(("name", "pairs"), [("dataset1", 500), ("dataset3", 6_538)])
def test_suggestions_are_precise_and_complete_without_comparing_all_pairs(measured, name, pairs):
    true, precision, recall, compared = measured(name, MAPPING)
    assert true == pairs
    assert precision >= 0.95
    assert recall >= 0.90
    assert compared < 0.02


def test_suggestions_stay_precise_without_any_number_of_the_person(measured):
    """Names and addresses alone: less is found, and what is found is right."""
    fields = {name: column for name, column in MAPPING["fields"].items() if name != "birth_date"}
    _, precision, recall, compared = measured("dataset3", {"external_id": "rec_id", "fields": fields})
    assert precision >= 0.95
    assert recall >= 0.70
    assert compared < 0.02
