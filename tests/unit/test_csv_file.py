"""What a spreadsheet would run is made text; all else stays as it is."""

import csv

import pytest

from hazardmap.platform.csv_file import csv_lines


def cell(value: object) -> str:
    """As whoever opens the file sees it."""
    ((read,),) = csv.reader(csv_lines([[value]]))
    return read


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_formula_becomes_text(begin):
    assert cell(f"{begin}1+1") == f"'{begin}1+1"


@pytest.mark.parametrize("value", ["", "Ann Ålund", "a=b", "2-1", "'quoted", -1.5])
def test_all_else_stays(value):
    assert cell(value) == str(value)
