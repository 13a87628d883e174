"""What is said of a name that nobody reads."""

from collections.abc import Collection
from difflib import get_close_matches


def no_parameter(name: str, known: Collection[str] = ()) -> str:
    """The rule that a parameter of this name breaks where those of `known` are read."""
    near = get_close_matches(name, sorted(known), n=1)
    return f"is no parameter here; did you mean {near[0]}?" if near else "is no parameter here"
