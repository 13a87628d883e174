"""The only reader of os.environ: every setting with its type, its default and its rule."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

REPOSITORY = Path(__file__).resolve().parents[2]
TILE_SECRET = re.compile("[0-9A-Za-z]{32,128}")
# Nothing that could end a directive of a Content Security Policy.
WEB_ADDRESS = re.compile(r"(https://|http://(127\.0\.0\.1|localhost)(?=[:/]|$))[^\s;,'\"]+")
COUNTRY = re.compile("[a-z]{2}")
MAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
DEMO_SECRET = "demo-secret-that-production-refuses"  # noqa: S105 - refused in production below


class Mode(StrEnum):
    """DEMO binds to this machine only, TEST is for the test suite, PRODUCTION is strict."""

    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class EnvError(ImproperlyConfigured):
    """A setting in the environment is missing or wrong; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Env:
    """Everything that the environment decides.

    var: absolute folder of run-time state (blobs, usage log). hosts: names this server answers
    to. weights: manifest of the operator's own models, None for those of `make up`.
    shared: folder of real pictures for the demonstration and the tests; it may be absent.
    frame_max_age_days: frames captured longer ago are refused. picture_days: so long blurred copies
    are kept, longer where one is a hazard's best. live_port: of the live stream. sockets: the web
    server and the live stream listen in `var`, for nginx alone, and not on ports.
    stripe_key: "" where buyers pay by transfer. stripe_webhook_secret: of Stripe's messages to us.
    mail_url: smtp(s)://user:password@host:port; "" writes mails into a folder. mail_from: their
    sender. staff_second_factor: nobody uses the admin site without one.
    outbound_exceptions: host:port of receivers that need not lie on the public internet.
    tile_secrets: the first signs buyers' tile addresses, all of them are accepted. basemap: address
    of a MapLibre style for the ground of the map, then the origins of its tiles, glyphs and
    pictures; empty for the built-in one. operator: who runs the site, name and postal address.
    contact: where people reach them, as a link (mailto:, https:). country: of the operator, by
    ISO 3166-1 in small letters; xx, which that leaves to its users, where nobody has said it.
    """

    mode: Mode
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    var: Path
    host: str
    port: int
    live_port: int
    sockets: bool
    hosts: tuple[str, ...]
    weights: Path | None
    shared: Path
    frame_max_age_days: int
    picture_days: int
    tile_secrets: tuple[str, ...] = field(repr=False)
    stripe_key: str = field(repr=False)
    stripe_webhook_secret: str = field(repr=False)
    mail_url: str = field(repr=False)
    mail_from: str
    staff_second_factor: bool
    outbound_exceptions: tuple[str, ...]
    basemap: tuple[str, ...]
    operator: str
    contact: str
    country: str

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> "Env":
        """Raises EnvError naming the variable and the rule."""
        env = os.environ if environ is None else environ
        try:
            mode = Mode(env.get("HAZARDMAP_ENV", "demo"))
        except ValueError:
            raise EnvError("HAZARDMAP_ENV must be demo, test or production.") from None
        host = env.get("HAZARDMAP_HOST", "127.0.0.1")
        port = _integer(env, "HAZARDMAP_PORT", 8000, 1, 65_535)
        hosts = "" if mode is Mode.PRODUCTION else f"{host},localhost,127.0.0.1"
        secret_key = env.get("HAZARDMAP_SECRET_KEY", DEMO_SECRET)
        result = cls(
            mode=mode,
            secret_key=secret_key,
            database_url=env.get("DATABASE_URL", ""),
            redis_url=env.get("REDIS_URL", ""),
            var=Path(env.get("HAZARDMAP_VAR", str(REPOSITORY / "var"))).absolute(),
            host=host,
            port=port,
            live_port=_integer(env, "HAZARDMAP_LIVE_PORT", port + 1, 1, 65_535),
            sockets=bool(_integer(env, "HAZARDMAP_SOCKETS", 0, 0, 1)),
            hosts=_names(env.get("HAZARDMAP_HOSTS", hosts)),
            weights=Path(env["HAZARDMAP_WEIGHTS"]) if env.get("HAZARDMAP_WEIGHTS") else None,
            shared=Path(env.get("HAZARDMAP_SHARED", str(REPOSITORY.parent / "shared"))),
            frame_max_age_days=_integer(env, "HAZARDMAP_FRAME_MAX_AGE_DAYS", 7, 1, 3650),
            picture_days=_integer(env, "HAZARDMAP_PICTURE_DAYS", 30, 1, 3650),
            tile_secrets=_names(env.get("HAZARDMAP_TILE_SECRETS", ""))
            or (sha256(f"tiles {secret_key}".encode()).hexdigest(),),
            stripe_key=env.get("HAZARDMAP_STRIPE_KEY", ""),
            stripe_webhook_secret=env.get("HAZARDMAP_STRIPE_WEBHOOK_SECRET", ""),
            mail_url=env.get("HAZARDMAP_MAIL_URL", ""),
            mail_from=env.get("HAZARDMAP_MAIL_FROM", "hazardmap@localhost"),
            staff_second_factor=bool(_integer(env, "HAZARDMAP_STAFF_SECOND_FACTOR", 0, 0, 1)),
            outbound_exceptions=_names(env.get("HAZARDMAP_OUTBOUND_EXCEPTIONS", "")),
            basemap=tuple(env.get("BASEMAP_STYLE_URL", "").split()),
            operator=" ".join(env.get("HAZARDMAP_OPERATOR", "").split()),
            contact=_contact(env.get("HAZARDMAP_CONTACT", "").strip()),
            country=_country(env.get("HAZARDMAP_COUNTRY", "").strip().lower()),
        )
        result.check()
        return result

    def check(self) -> None:
        """Refuse what would be unsafe. Raises EnvError."""
        if not all(TILE_SECRET.fullmatch(secret) for secret in self.tile_secrets):
            raise EnvError(
                "HAZARDMAP_TILE_SECRETS must be secrets of 32 to 128 letters and digits each, "
                "separated by commas, the newest first."
            )
        if self.stripe_key and not self.stripe_webhook_secret:
            raise EnvError("HAZARDMAP_STRIPE_KEY needs HAZARDMAP_STRIPE_WEBHOOK_SECRET.")
        if not all(WEB_ADDRESS.fullmatch(address) for address in self.basemap):
            raise EnvError(
                "BASEMAP_STYLE_URL must be the https address of a style, then the origins of what "
                "it refers to, such as https://tiles.example.org, separated by spaces."
            )
        if self.mode is Mode.PRODUCTION:
            self._check_production()
        elif self.host not in {"127.0.0.1", "localhost"}:
            raise EnvError(
                f"{self.mode.capitalize()} mode serves this machine only: "
                "HAZARDMAP_HOST must be 127.0.0.1."
            )

    def _check_production(self) -> None:
        if DEMO_SECRET in self.secret_key or len(self.secret_key) < 50:
            raise EnvError(
                "Production needs a HAZARDMAP_SECRET_KEY of its own, at least 50 characters long."
            )
        if not self.database_url or not self.redis_url:
            raise EnvError("Production needs DATABASE_URL and REDIS_URL.")
        if not self.hosts or "*" in self.hosts:
            raise EnvError("Production needs HAZARDMAP_HOSTS, the names that it answers to.")
        if not self.operator or not self.contact:
            raise EnvError(
                "Production needs HAZARDMAP_OPERATOR, the name and postal address of who runs the "
                "site, and HAZARDMAP_CONTACT, a mail address or an https address."
            )
        if self.outbound_exceptions:
            raise EnvError(
                "Production sends to the public internet only: unset HAZARDMAP_OUTBOUND_EXCEPTIONS."
            )

    @property
    def site(self) -> str:
        """Where people find it: mails lead there, and the public feed names it."""
        if self.mode is Mode.PRODUCTION:
            return f"https://{self.hosts[0].lstrip('.')}"
        return f"http://{self.host}:{self.port}"

    @property
    def web_address(self) -> str:
        """Where the web server listens, as gunicorn and nginx write it."""
        return f"unix:{self.var}/web.socket" if self.sockets else f"{self.host}:{self.port}"

    @property
    def live_address(self) -> str:
        """Where the live stream listens."""
        return f"unix:{self.var}/live.socket" if self.sockets else f"{self.host}:{self.live_port}"

    def mail(self) -> dict[str, Any]:
        """Django's mail settings: a server, or files that the operator reads."""
        if not self.mail_url:
            return {
                "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "EMAIL_FILE_PATH": self.var / "mail",
            }
        parts = urlsplit(self.mail_url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or port == 0:
            raise EnvError("HAZARDMAP_MAIL_URL must be like smtps://user:password@host:465.")
        plain = parts.scheme == "smtp" and "plain" in parts.query
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": parts.scheme == "smtp" and not plain,
            "EMAIL_TIMEOUT": 10,
        }

    def database(self) -> dict[str, Any]:
        """Django's database settings from DATABASE_URL (postgis://user:password@host/name).

        The query may name `host` (a socket's folder), `port` and any parameter of libpq (sslmode).
        """
        try:
            parts = urlsplit(self.database_url or "postgis://hazardmap@/hazardmap")
            port = str(parts.port or "")
        except ValueError as error:
            raise EnvError(f"DATABASE_URL is no address: {error}.") from None
        if parts.scheme not in {"postgis", "postgres", "postgresql"}:
            raise EnvError("DATABASE_URL must start with postgis://.")
        query = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.contrib.gis.db.backends.postgis",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.pop("host", parts.hostname or ""),
            "PORT": query.pop("port", port),
            "OPTIONS": query,
        }


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _contact(text: str) -> str:
    if not text or (text.startswith("https://") and WEB_ADDRESS.fullmatch(text)):
        return text
    if MAIL_ADDRESS.fullmatch(text):
        return f"mailto:{text}"
    raise EnvError("HAZARDMAP_CONTACT must be a mail address or an https address.")


def _country(text: str) -> str:
    if not text or COUNTRY.fullmatch(text):
        return text or "xx"
    raise EnvError("HAZARDMAP_COUNTRY must be two letters of ISO 3166-1, such as FI.")


def _integer(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal() or len(text) > 9 or not low <= int(text) <= high:
        raise EnvError(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


ENV = Env.read()
