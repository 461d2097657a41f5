import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.duplicates.blocking import MAX_BLOCK, WINDOW, candidate_pairs
from leads.duplicates.fields import FIELDS
from leads.duplicates.matching import find_matches
from leads.duplicates.records import Records
from leads.duplicates.text import code, company_key, folded, given_code, given_name

ADA = {"first_name": "Ada", "last_name": "Lovelace", "company": "Engines Ltd", "phone": "+44201234567"}
OTHERS = [
    {"first_name": "Grace", "last_name": "Hopper", "company": "Navy", "phone": "+12125550100"},
    {"first_name": "Alan", "last_name": "Turing", "company": "Bletchley", "phone": "+44209999999"},
    {"first_name": "Edsger", "last_name": "Dijkstra", "company": "THE", "phone": "+31201234567"},
]


def matches_of(*rows):
    return find_matches(Records.of([*rows, *OTHERS])).found


@pytest.mark.parametrize(
    ("one", "other"),
    [("Smith", "Smyth"), ("Meyer", "Meier"), ("Müller", "Muller"), ("Lovelace", "Lovellace"), ("O'Brien", "obrien")],
)
def test_code_is_the_same_for_two_spellings(one, other):
    assert code(one) == code(other) != ""


def test_code_tells_other_names_apart():
    assert len({code("Smith"), code("Miller"), code("Jones"), code("Lovelace")}) == 4


def test_code_of_many_letters_fits_its_column():
    assert len(code("bcdfg" * 50)) == 20
    assert len(company_key("ﷺ" * 200)) <= 200


def test_nickname_is_the_formal_name():
    assert given_name("Bob") == given_name("ROBERT") == "robert"
    assert given_code("Bill") == given_code("William")


def test_company_is_the_same_without_legal_form_and_in_another_order():
    assert company_key("Engines Analytical GmbH") == company_key("Analytical Engines Ltd.")


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"last_name": "Lovelac"}, {"family name 97 % alike: Lovelace / Lovelac", "same given name", "same phone"}),
        ({"first_name": "Lovelace", "last_name": "Ada"}, {"family name and given name swapped", "same phone"}),
        ({"company": "ENGINES Limited"}, {"same company: Engines Ltd / ENGINES Limited", "same given name"}),
        ({"phone": ""}, {"same given name", "same family name", "same company"}),
    ],
)
def test_match_is_found_in_spite_of_a_difference_and_says_why(change, reasons):
    (match,) = matches_of(ADA, ADA | change)
    assert (match.left, match.right) == (0, 1)
    assert 0.5 <= match.score <= 1
    assert reasons <= set(match.reasons)


def test_match_by_nickname():
    bob = {"first_name": "Bob", "last_name": "Stone", "city": "Bath"}
    (match,) = matches_of(bob, bob | {"first_name": "Robert"})
    assert "same given name: Bob / Robert" in match.reasons


def test_match_without_the_same_spelling_anywhere_is_not_perfect():
    (close,) = matches_of(ADA, ADA | {"last_name": "Lovelac", "first_name": "Adda"})
    (equal,) = matches_of(ADA, dict(ADA))
    assert close.score < equal.score


def test_reason_never_says_that_two_values_are_100_percent_alike():
    long = "a" * 60
    (match,) = matches_of(ADA | {"last_name": long}, ADA | {"last_name": long + "b"})
    assert [reason for reason in match.reasons if "100 %" in reason] == []


def test_colleagues_at_one_desk_are_not_one_person():
    address = {"street": "Long Lane", "street_number": "5", "postcode": "E1 6AN", "city": "London", "country": "GB"}
    assert matches_of(ADA | address, ADA | address | {"first_name": "Charles", "last_name": "Babbage"}) == []


def test_sisters_at_one_address_are_not_one_person():
    home = {"last_name": "Brontë", "street": "Church St", "street_number": "1", "postcode": "BD22", "city": "Haworth"}
    assert matches_of(home | {"first_name": "Charlotte"}, home | {"first_name": "Emily"}) == []


def test_same_email_address_is_the_same_person_whatever_the_name():
    plus, plain = {"email": "a.lovelace+web@gmail.com"}, {"email": "ALovelace@googlemail.com"}
    (match,) = matches_of(ADA | plus, {"first_name": "Barbara", "last_name": "Liskov"} | plain)
    assert match.score > 0.9
    assert "same e-mail address: a.lovelace+web@gmail.com / ALovelace@googlemail.com" in match.reasons


def test_another_mailbox_of_the_same_company_is_no_reason():
    mail = "lovelace@a-very-long-company-name-that-never-ends.example"
    other = {"first_name": "Charles", "last_name": "Lovelock", "email": mail.replace("lovelace", "lovelock")}
    assert matches_of(ADA | {"email": mail}, ADA | other | {"phone": ""}) == []


def test_frequent_name_is_worth_less_than_a_rare_one():
    crowd = [{"first_name": "Ann", "last_name": "Smith", "city": f"Town {n}"} for n in range(60)]
    rare = {"first_name": "Ann", "last_name": "Wojciechowska"}
    found = find_matches(Records.of([*crowd, rare, dict(rare)]), at_least=0)
    score = {(match.left, match.right): match.score for match in found.found}
    assert score[60, 61] > score[0, 1]


def test_unknown_fields_count_neither_way():
    (with_blanks,) = matches_of(ADA | {"city": "", "country": ""}, ADA | {"city": "Bath", "country": ""})
    (without,) = matches_of(ADA, dict(ADA))
    assert with_blanks.score == pytest.approx(without.score, abs=0.001)


def test_large_block_is_compared_with_neighbours_only():
    same = [{"company": "Everybody Inc", "last_name": f"Name{n:04}"} for n in range(1_000)]
    pairs = candidate_pairs(Records.of(same))
    assert 0 < len(pairs) <= 2 * WINDOW * len(same)


def test_small_block_is_compared_completely():
    same = [{"phone": "+44201234567"}] * MAX_BLOCK
    assert len(candidate_pairs(Records.of(same))) == MAX_BLOCK * (MAX_BLOCK - 1) // 2


@pytest.mark.parametrize("rows", [[], [{}], [{}, {}], [ADA], [{"phone": ""}, {"phone": ""}]])
def test_nothing_to_compare_is_no_error(rows):
    assert find_matches(Records.of(rows)).found == []


ANY_ROW = st.dictionaries(st.sampled_from([*FIELDS, "tax number"]), st.text(max_size=30))


@given(st.lists(ANY_ROW, max_size=12))
def test_any_texts_are_compared_each_pair_once_with_a_score_from_0_to_1(rows):
    records = Records.of(rows)
    pairs = candidate_pairs(records)
    assert np.all(pairs[:, 0] < pairs[:, 1])
    assert len({tuple(pair) for pair in pairs.tolist()}) == len(pairs)
    for match in find_matches(records, at_least=0).found:
        assert 0 <= match.score <= 1
        assert match.reasons == tuple(dict.fromkeys(match.reasons))


@given(st.text(max_size=50))
def test_folding_again_changes_nothing(value):
    assert folded(folded(value)) == folded(value)
