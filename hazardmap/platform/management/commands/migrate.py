"""Django's own, without the limit that statements of requests have."""

from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand

from hazardmap.platform.unhurried import unhurried_session


class Command(MigrateCommand):
    """Building an index over a large table takes longer than any request may. A lock is still
    given up after ten seconds, since whoever comes after us waits behind us: run it again."""

    @unhurried_session()
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
