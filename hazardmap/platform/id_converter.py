"""Ids in addresses, whichever case a program writes UUIDs in."""

from django.urls.converters import UUIDConverter


class IdConverter(UUIDConverter):
    """`<id:…>` in a route: Django's `uuid`, in upper case too, as Swift and Windows have it."""

    regex = f"(?i:{UUIDConverter.regex})"
