"""How pages write numbers."""

from django import template

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """A share, 0..1, as whole per cent."""
    return f"{round(100 * share)}\u00a0%"
