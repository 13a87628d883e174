"""What a spreadsheet would run is made text; all else stays as it is."""

import pytest

from hazardmap.platform.harmless_cell import harmless_cell


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_formula_becomes_text(begin):
    assert harmless_cell(f"{begin}1+1") == f"'{begin}1+1"


@pytest.mark.parametrize("text", ["", "Ann Ålund", "a=b", "2-1", "'quoted"])
def test_other_text_stays(text):
    assert harmless_cell(text) == text
