"""What is said of a video, or of one picture in it, that cannot be used."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unusable:
    """why: a few words for people, which follow the name of the file."""

    why: str


@dataclass(frozen=True, slots=True)
class Blurred(Unusable):
    """Of one picture: others of the same video are sharp."""


class Broken(Exception):
    """Bytes that are not what they must be: sizes lead outside, or are beyond any camera's."""
