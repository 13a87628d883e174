"""The environment: each wrong setting is one sentence, and production refuses what is unsafe."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.settings.env import DEMO_SECRET, Env, EnvError, Mode

REPOSITORY = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "HAZARDMAP_ENV": "production",
    "HAZARDMAP_SECRET_KEY": "s" * 50,
    "DATABASE_URL": "postgis://hazardmap:secret@db.example:5433/map?sslmode=require",
    "REDIS_URL": "redis://redis/0",
    "HAZARDMAP_HOSTS": "map.example.org",
    "HAZARDMAP_OPERATOR": "Road Watch, Street 1, 00100 Town",
    "HAZARDMAP_CONTACT": "map@example.org",
    "HAZARDMAP_HOST": "0.0.0.0",  # noqa: S104 - the case is that production may
}


def test_nothing_set_is_the_demo_on_this_machine():
    env = Env.read({})
    assert (env.mode, env.host, env.port) == (Mode.DEMO, "127.0.0.1", 8000)
    assert env.site == "http://127.0.0.1:8000"
    assert (env.web_address, env.live_address) == ("127.0.0.1:8000", "127.0.0.1:8001")
    assert [len(secret) for secret in env.tile_secrets] == [64]
    assert set(env.hosts) == {"127.0.0.1", "localhost"}
    assert env.var == REPOSITORY / "var"
    assert env.weights is None
    assert env.frame_max_age_days == 7


def test_servers_may_listen_at_sockets_in_the_folder_of_the_state():
    env = Env.read({"HAZARDMAP_SOCKETS": "1", "HAZARDMAP_VAR": "/state"})
    assert env.web_address == "unix:/state/web.socket"
    assert env.live_address == "unix:/state/live.socket"


def test_production_with_all_it_needs():
    env = Env.read(PRODUCTION)
    assert env.mode is Mode.PRODUCTION
    assert env.hosts == ("map.example.org",)
    assert env.site == "https://map.example.org"
    both = Env.read(PRODUCTION | {"HAZARDMAP_HOSTS": ".example.org, other.example"})
    assert both.site == "https://example.org"
    assert env.contact == "mailto:map@example.org"
    assert env.country == "xx"
    assert Env.read(PRODUCTION | {"HAZARDMAP_COUNTRY": "FI "}).country == "fi"
    form = "https://example.org/contact"
    assert Env.read(PRODUCTION | {"HAZARDMAP_CONTACT": form}).contact == form


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"HAZARDMAP_SECRET_KEY": DEMO_SECRET}, "HAZARDMAP_SECRET_KEY of its own"),
        ({"HAZARDMAP_SECRET_KEY": DEMO_SECRET * 3}, "HAZARDMAP_SECRET_KEY of its own"),
        ({"HAZARDMAP_SECRET_KEY": "short"}, "at least 50 characters"),
        ({"HAZARDMAP_SECRET_KEY": "s" * 49}, "at least 50 characters"),
        ({"HAZARDMAP_SECRET_KEY": None}, "HAZARDMAP_SECRET_KEY of its own"),
        ({"DATABASE_URL": None}, "DATABASE_URL and REDIS_URL"),
        ({"DATABASE_URL": ""}, "DATABASE_URL and REDIS_URL"),
        ({"REDIS_URL": None}, "DATABASE_URL and REDIS_URL"),
        ({"HAZARDMAP_HOSTS": None}, "HAZARDMAP_HOSTS"),
        ({"HAZARDMAP_HOSTS": "*"}, "HAZARDMAP_HOSTS"),
        ({"HAZARDMAP_OPERATOR": " "}, "HAZARDMAP_OPERATOR"),
        ({"HAZARDMAP_CONTACT": None}, "HAZARDMAP_CONTACT"),
        ({"HAZARDMAP_CONTACT": "javascript:alert(1)"}, "HAZARDMAP_CONTACT must be"),
        ({"HAZARDMAP_COUNTRY": "Finland"}, "HAZARDMAP_COUNTRY must be two letters"),
    ],
)
def test_production_refuses(change, says):
    environ = {name: value for name, value in (PRODUCTION | change).items() if value is not None}
    with pytest.raises(EnvError, match=says):
        Env.read(environ)


@pytest.mark.parametrize("mode", ["demo", "test"])
@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "::1", "192.168.0.2"])  # noqa: S104 - none is listened at
def test_what_knows_the_demo_secret_serves_this_machine_only(mode, host):
    with pytest.raises(EnvError, match="this machine only"):
        Env.read({"HAZARDMAP_ENV": mode, "HAZARDMAP_HOST": host})
    for loopback in ("127.0.0.1", "localhost"):
        assert Env.read({"HAZARDMAP_ENV": mode, "HAZARDMAP_HOST": loopback}).host == loopback


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"HAZARDMAP_ENV": "staging"}, "HAZARDMAP_ENV must be demo, test or production"),
        ({"HAZARDMAP_PORT": "http"}, "HAZARDMAP_PORT must be a whole number from 1 to 65535"),
        ({"HAZARDMAP_PORT": "0"}, "HAZARDMAP_PORT .* not '0'"),
        ({"HAZARDMAP_PORT": "-1"}, "HAZARDMAP_PORT"),
        ({"HAZARDMAP_PORT": ""}, "HAZARDMAP_PORT"),
        ({"HAZARDMAP_PORT": "9" * 5000}, "HAZARDMAP_PORT"),
        ({"HAZARDMAP_PORT": "65535"}, "HAZARDMAP_LIVE_PORT .* not '65536'"),
        ({"HAZARDMAP_TILE_SECRETS": "short"}, "HAZARDMAP_TILE_SECRETS must be secrets of 32"),
        ({"HAZARDMAP_TILE_SECRETS": "s" * 32 + ',"; }'}, "HAZARDMAP_TILE_SECRETS"),
        ({"HAZARDMAP_FRAME_MAX_AGE_DAYS": "1.5"}, "HAZARDMAP_FRAME_MAX_AGE_DAYS"),
    ],
)
def test_a_wrong_value_names_the_variable_and_the_rule(environ, says):
    with pytest.raises(EnvError, match=says):
        Env.read(environ)


@given(st.dictionaries(st.sampled_from([*PRODUCTION, "HAZARDMAP_PORT"]), st.text(max_size=20)))
def test_no_environment_ends_in_anything_but_settings_or_our_own_error(environ):
    with suppress(EnvError):
        Env.read(environ).database()


def test_the_address_of_the_database():
    assert Env.read(PRODUCTION).database() == {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": "map",
        "USER": "hazardmap",
        "PASSWORD": "secret",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }
    socket = Env.read({"DATABASE_URL": "postgis://u:p%40%2F@/a%20b?host=/run/pg&port=5433"})
    database = socket.database()
    assert (database["HOST"], database["PORT"]) == ("/run/pg", "5433")
    assert (database["PASSWORD"], database["NAME"]) == ("p@/", "a b")
    assert database["OPTIONS"] == {}


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://u@h/n", "must start with postgis://"),
        ("hazardmap", "must start with postgis://"),
        ("postgis://u@h:port/n", "DATABASE_URL is no address: Port"),
        ("postgis://u@[h/n", "DATABASE_URL"),
    ],
)
def test_a_wrong_address_of_the_database(url, says):
    with pytest.raises(EnvError, match=says):
        Env.read({"DATABASE_URL": url}).database()


def test_the_secret_does_not_show_in_the_environment_as_text():
    text = repr(Env.read(PRODUCTION))
    assert "s" * 50 not in text
    assert "secret@" not in text


def manage(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=REPOSITORY,
        env=kept | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_wrong_setting_is_one_sentence_and_no_traceback():
    done = manage("check", HAZARDMAP_ENV="production")
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1
    assert "HAZARDMAP_SECRET_KEY" in done.stderr


def test_production_passes_the_deployment_checks_without_a_warning(tmp_path):
    secret = "Zq3" + "x9!kLm" * 10
    environ = PRODUCTION | {"HAZARDMAP_SECRET_KEY": secret, "HAZARDMAP_VAR": str(tmp_path)}
    done = manage("check", "--deploy", "--fail-level", "WARNING", **environ)
    assert done.returncode == 0, done.stderr
    assert "(1 silenced)" in done.stdout


def test_a_basemap_is_a_style_and_the_origins_that_it_needs():
    style, origin = "https://maps.example/style.json", "https://tiles.example"
    assert Env.read({"BASEMAP_STYLE_URL": f"{style} {origin}"}).basemap == (style, origin)
    assert Env.read({"BASEMAP_STYLE_URL": "http://localhost:8080/s.json"}).basemap
    assert Env.read({}).basemap == ()


@pytest.mark.parametrize(
    "address",
    [
        "maps.example/style.json",
        "http://maps.example/style.json",
        "http://localhost.evil.example/",
        "https://maps.example/;script-src *",
        "https://a.example https://b.example,https://c.example",
    ],
)
def test_a_basemap_cannot_widen_the_policy_of_the_pages(address):
    with pytest.raises(EnvError, match="BASEMAP_STYLE_URL"):
        Env.read({"BASEMAP_STYLE_URL": address})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://u:p%40ss@mail.example", (465, True, False, "p@ss")),
        ("smtp://u:p@mail.example", (587, False, True, "p")),
        ("smtp://mail.example:25?plain", (25, False, False, "")),
    ],
)
def test_a_mail_server_is_one_address(url, expected):
    mail = Env.read({"HAZARDMAP_MAIL_URL": url}).mail()
    names = ("EMAIL_PORT", "EMAIL_USE_SSL", "EMAIL_USE_TLS", "EMAIL_HOST_PASSWORD")
    assert tuple(mail[name] for name in names) == expected
    assert mail["EMAIL_HOST"] == "mail.example"


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://m:0"])
def test_another_address_of_a_mail_server_is_one_sentence(url):
    with pytest.raises(EnvError, match="HAZARDMAP_MAIL_URL must be like"):
        Env.read({"HAZARDMAP_MAIL_URL": url}).mail()


def test_without_a_mail_server_the_operator_reads_files():
    assert Env.read({}).mail()["EMAIL_FILE_PATH"] == REPOSITORY / "var" / "mail"
