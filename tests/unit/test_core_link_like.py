"""Which names mail programs would turn into links."""

import pytest

from hazardmap.core.link_like import is_link_like


@pytest.mark.parametrize(
    "name",
    ["http://evil", "x://y", "Win at evil.example/now", "www.evil.example", "EVIL.COM", "ä.中国"],
)
def test_links_are_known(name):
    assert is_link_like(name)


@pytest.mark.parametrize(
    "name",
    ["Nora", "St. Mary", "J. R. R. Tolkien", "Stadtwerke e.V.", "Sp. z o.o.", "S.p.A.", "Nr.1", ""],
)
def test_names_are_none(name):
    assert not is_link_like(name)
