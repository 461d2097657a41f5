import json
from collections.abc import Callable
from pathlib import Path

import pytest

from leads.importing.errors import ImportFailed, RowRefused
from leads.importing.reading import MAX_LINE, Table

SPECTRUM = [
    "comma_in_quotes",
    "empty",
    "empty_crlf",
    "escaped_quotes",
    "json",
    "location_coordinates",
    "newlines",
    "newlines_crlf",
    "quotes_and_newlines",
    "simple",
    "simple_crlf",
    "utf8",
]


@pytest.mark.realdata
@pytest.mark.parametrize("name", SPECTRUM)
def test_reading_agrees_with_csv_spectrum(name: str, shared_data: Callable[[str], Path]) -> None:
    expected = json.loads(shared_data(f"csv-spectrum/json/{name}.json").read_text())
    if name == "location_coordinates":  # published as one object, with another number than its CSV file
        expected = [expected | {"Contact Phone Number": "2095257564"}]
    rows = Table(shared_data(f"csv-spectrum/csvs/{name}.csv")).rows()
    assert [row.values for row in rows] == expected


def test_reading_knows_the_line_where_a_row_starts(write: Callable[..., Path]) -> None:
    file = write("a.csv", "id,note", '1,"two', 'lines"', "", "2,x")
    assert [(row.line, row.cells) for row in Table(file).rows()] == [(2, ["1", "two\nlines"]), (5, ["2", "x"])]


def test_reading_drops_a_byte_order_mark(write: Callable[..., Path]) -> None:
    assert Table(write("a.csv", "id,note", encoding="utf-8-sig")).header() == ["id", "note"]


def test_reading_takes_the_encoding_and_delimiter_that_are_named(write: Callable[..., Path]) -> None:
    file = write("a.csv", "id;name", "1;Müller", encoding="cp1252")
    assert [row.values for row in Table(file, "cp1252", ";").rows()] == [{"id": "1", "name": "Müller"}]


@pytest.mark.parametrize("row", ["1", "1,2,3"])
def test_reading_refuses_a_row_of_another_length(row: str, write: Callable[..., Path]) -> None:
    (found,) = Table(write("a.csv", "id,name", row)).rows()
    with pytest.raises(RowRefused, match=f"The row has {len(found.cells)} fields, the header has 2"):
        _ = found.values


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: a CSV file with a header line is needed."),
        (b"id,id\n", "has the column “id” twice. Rename or remove one."),
        (b'id,name\n1,x\n2,"open\n', "line 3 is not valid CSV: unexpected end of data. Correct the file."),
        (b'id,name\n1,"x"y\n', "line 2 is not valid CSV: ',' expected after '\"'. Correct the file."),
        (
            b"id,name\n1,M\xfcller\n",
            'is not utf-8 (near line 1). Save it as UTF-8, or name its encoding in the mapping. Example: "encoding": '
            '"cp1252".',
        ),
        (b"id,name\n1,a\x00b\n", "line 2 holds a NUL character: it is no text file, or not in this encoding."),
        (b"PK\x03\x04whatever", "is a spreadsheet or an archive. Save it as CSV (UTF-8) first."),
        (b"id\n" + b"x" * (MAX_LINE + 1), "line 2 is longer than 1,000,000 characters: that is no CSV file."),
        (b",".join(b"%d" % n for n in range(1001)), "has 1,001 columns; at most 1,000 are read."),
    ],
)
def test_reading_fails_with_one_line_that_says_what_to_do(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(ImportFailed) as failed:
        Table(file).check()
    assert str(failed.value) == f"{file} {message}"


def test_reading_fails_on_a_folder_and_on_nothing(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="is not a file"):
        Table(tmp_path).check()
    with pytest.raises(ImportFailed, match=r"does not exist. Check the file's name"):
        Table(tmp_path / "none.csv").check()
