"""What somebody asks for by its id."""

from typing import TypeVar

from django.http import Http404

T = TypeVar("T")


def there(found: T | None) -> T:
    """What was found. Raises Http404 where that is None, False or empty."""
    if not found:
        raise Http404
    return found
