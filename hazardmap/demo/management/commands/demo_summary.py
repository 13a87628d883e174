"""Tell a newcomer where everything is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hazardmap.demo.accounts import NotADemo, demo_accounts
from hazardmap.hazards.selectors import map_bounds
from hazardmap.settings.env import ENV


class Command(BaseCommand):
    help = (
        "Print the address, the logins and commands that can be pasted. "
        "Example: python manage.py demo_summary"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            accounts = demo_accounts()
        except NotADemo as error:
            raise CommandError(str(error)) from error
        url = f"http://{ENV.host}:{ENV.port}"
        bounds = ",".join(f"{side:.4f}" for side in _wider(map_bounds() or (-180, -90, 180, 90)))
        lines = [
            "",
            f"  The map        {url}/",
            f"  Drive          {url}/drive/      (pair the phone at {url}/account/)",
            f"  Moderation     {url}/admin/queue/",
            f"  Buyers         {url}/portal/",
            "",
            *(
                f"  {login.role:<14} {login.email:<20} {login.password}"
                for login in accounts.logins
            ),
            "",
            "  For your shell, and for what the README has to paste:",
            f"    export HAZARDMAP_KEY={accounts.api_key}",
            f"    export HAZARDMAP_TOKEN={accounts.device_tokens[0]}",
            "",
            "  Ask for the hazards, as a buyer:",
            '    curl -H "Authorization: Bearer $HAZARDMAP_KEY" \\',
            f"      '{url}/api/v1/hazards?bbox={bounds}'",
            "",
            "  Send a frame of your own, as a contributor (JPEG with GPS EXIF):",
            '    curl -H "Authorization: Bearer $HAZARDMAP_TOKEN" \\',
            f"      -F image=@frame.jpg {url}/api/v1/frames",
            "",
        ]
        self.stdout.write("\n".join(lines))


def _wider(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    return (
        max(-180, west - 0.001),
        max(-90, south - 0.001),
        min(180, east + 0.001),
        min(90, north + 0.001),
    )
