"""Write nginx's configuration: `manage.py nginx_config --listen 8080 --out nginx/nginx.conf`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.settings.env import ENV
from tiles.nginx import nginx_config


class Command(BaseCommand):
    help = (
        "Write the configuration of nginx in front of this site; it holds the secrets of tile "
        "addresses, so only its owner may read it. Example: python manage.py nginx_config "
        "--listen 8080 --out var/nginx/nginx.conf, then nginx -c $PWD/var/nginx/nginx.conf"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--listen", default="127.0.0.1:8080", help="default: %(default)s")
        parser.add_argument("--web", default=ENV.web_address, help="default: %(default)s")
        parser.add_argument("--live", default=ENV.live_address, help="default: %(default)s")
        parser.add_argument("--out", type=Path, required=True, help="the file; its folder is made")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"].absolute()
        addresses = {name: options[name] for name in ("listen", "web", "live")}
        text = nginx_config(**addresses, state=out.parent)
        folders = (out.parent, settings.TILE_FILES, settings.TILE_DENIED, settings.USAGE_LOG)
        try:
            for folder in folders:
                Path(folder).mkdir(parents=True, exist_ok=True)
            out.touch()
            out.chmod(0o600)  # one that is there already may be open to everybody
            out.write_text(text)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        self.stdout.write(f"{out} is written")
