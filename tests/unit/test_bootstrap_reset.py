"""`make reset` deletes what the stack wrote, and nothing that took hours to make."""

import os
from pathlib import Path

import pytest

from deploy.bootstrap import up
from deploy.bootstrap.account import Account
from deploy.bootstrap.environment import settings_of, write_environment
from deploy.bootstrap.place import Place, own_folder, service_folder
from deploy.bootstrap.up import forget_state

OTHERS = ("assets", "stamps", "test", "train", "evaluate", "drives", "peers", "fetch", "own-notes")


def test_only_the_state_of_the_stack_goes(temporary: Path) -> None:
    clone = temporary / ("deep-" * 8) / ("deeper-" * 6)  # so that its services live apart
    clone.mkdir(parents=True)
    place = Place(clone, clone, Account(os.geteuid(), os.getegid()))
    for name in OTHERS:
        (place.var / name).mkdir(parents=True)
        (place.var / name / "kept").write_text("hours of work")
    services = service_folder(place, "services")
    settings = settings_of(place, {}, mode="demo", var=place.var, secrets=place.var / "secrets")
    write_environment(place.var / "env", settings)
    place.log("up").write_text("up")
    (place.var / "blobs" / "frame").write_text("a picture")
    forget_state(place)
    assert {path.name for path in place.var.iterdir()} == set(OTHERS)
    assert all((place.var / name / "kept").exists() for name in OTHERS)
    assert services.parent == own_folder(clone)
    assert not services.exists()
    forget_state(place)  # again, with nothing left


def test_a_fresh_clone_can_be_reset(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    place = Place(temporary, temporary / "app", Account(os.geteuid(), os.getegid()))
    monkeypatch.setattr(up, "_known_place", lambda: place)
    up.reset()
    assert not place.log("up").exists()
