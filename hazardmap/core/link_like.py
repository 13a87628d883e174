"""Names that mail programs would turn into links: we send names on to people who expect none."""

import re
from typing import Final

_LINK: Final = re.compile(r"://|\w\.[^\W\d_]{2,}", re.UNICODE)


def is_link_like(name: str) -> bool:
    """Whether it holds "://" or a dot with letters around it and no space, as in example.org."""
    return _LINK.search(name) is not None
