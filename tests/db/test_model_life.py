"""Detectors are registered, tried as shadows, compared and promoted; exactly one is live."""

import json
import re
from dataclasses import replace
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from detection.decode import Reason, Rejection
from detection.manifest import ManifestError
from hazardmap.capture.models import Frame
from hazardmap.hazards.services import fuse_pending
from hazardmap.inference import detector, models, selectors
from hazardmap.inference.services import (
    ModelRefused,
    detect_pending,
    model_register,
    model_shadow,
    runs_take,
)
from hazardmap.inference.services.model_register import FIRST_START, in_service
from hazardmap.inference.services.shadow_look import MOST_FAILURES, MOST_WAITING
from hazardmap.moderation.models import AuditEntry
from hazardmap.moderation.services import model_promote
from tests.capture_scene import driver, waiting_frame
from tests.made_up_engine import COW, SEEN, Answer, Engine, Say
from tests.made_up_models import metrics_of, model_files

pytestmark = pytest.mark.django_db(transaction=True)
State = models.ModelVersion.State


@pytest.fixture
def live():
    """Label of the shipped model, which the first start makes the live one."""
    return in_service().live.label


@pytest.fixture
def register(tmp_path):
    """Register a made-up model; its label. figures: on the frozen benchmark."""

    def make(name: str, **figures: float) -> str:
        manifest, label = model_files(tmp_path / name, name)
        if figures:
            metrics = json.dumps(metrics_of(label, **figures))
            (tmp_path / name / "metrics.json").write_text(metrics)
        assert model_register(manifest=manifest, metrics=None) == label
        return label

    return make


@pytest.fixture
def trial(live, register):
    """Label of a shadow that sees every frame."""
    label = register("new")
    model_shadow(label=label, one_in=1)
    return label


@pytest.fixture
def detect(monkeypatch):
    """Detect with engines that say what they are told."""

    def run(live: Say, shadow: Say | Exception) -> int:
        def of_shadow(**_: object) -> Engine:
            if isinstance(shadow, Exception):
                raise shadow
            return Engine(shadow)

        services = "hazardmap.inference.services."
        detecting = import_module(f"{services}detect_pending")
        monkeypatch.setattr(detecting, "engine", lambda **_: Engine(live))
        monkeypatch.setattr(import_module(f"{services}shadow_look"), "engine", of_shadow)
        return detect_pending()

    return run


@pytest.fixture
def send():
    owner, device = driver()
    return lambda count: [waiting_frame(device, owner).frame_id for _ in range(count)]


def states() -> dict[str, str]:
    return dict(models.ModelVersion.objects.values_list("label", "state"))


def measure(label: str, **figures: float) -> None:
    found = models.ModelVersion.objects.filter(label=label)
    found.update(metrics=metrics_of(label, **figures))


def test_the_first_start_makes_the_configured_model_live(live):
    row = models.ModelVersion.objects.get()
    assert (row.label, row.state, row.promoted_by) == (live, State.LIVE, FIRST_START)
    assert row.label == detector.configured().label
    assert "cow" in row.kinds


def test_a_start_costs_one_query_and_changes_nothing(live, django_assert_num_queries):
    before = models.ModelVersion.objects.values().get()
    with django_assert_num_queries(1):
        assert in_service().live.label == live
    assert models.ModelVersion.objects.values().get() == before


def test_another_configured_model_waits_for_its_promotion(live, tmp_path, monkeypatch):
    other = detector.offer(model_files(tmp_path / "new", "new")[0])
    module = import_module("hazardmap.inference.services.model_register")
    monkeypatch.setattr(module, "configured", lambda: other)
    assert in_service().live.label == live
    assert states() == {live: "live", other.label: "candidate"}


def test_the_database_allows_one_live_model_and_one_shadow(live, register):
    models.ModelVersion.objects.filter(label=register("a")).update(state="shadow", shadow_one_in=1)
    rows = models.ModelVersion.objects.filter(label=register("b"))
    for change in (
        {"state": "live", "promoted_at": timezone.now(), "promoted_by": "me"},
        {"state": "shadow", "shadow_one_in": 1},
        {"state": "retired"},
        {"state": "tired"},
        {"shadow_one_in": 3},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_a_model_that_is_no_worse_is_promoted_and_audited(live, register):
    measure(live, cow=0.8)
    new = register("new", cow=0.76, cone=0.9)
    call_command("model_promote", new, "--by", "mira@hazardmap.example")
    assert states() == {live: "retired", new: "live"}
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.subject) == ("mira@hazardmap.example", f"model {new}")
    assert entry.before == {"live": live}
    assert entry.after == {"live": new, "overruled": ""}
    with pytest.raises(CommandError, match="is live already"):
        call_command("model_promote", new)


def test_a_worse_model_is_refused_by_kind_and_figure_until_overruled(live, register, capsys):
    measure(live, cow=0.8, cat=0.6)
    new = register("new", cow=0.7, cone=0.9, false_alarms=30.0)
    with pytest.raises(CommandError) as refused:
        call_command("model_promote", new)
    assert "AP50 of cattle falls from 0.800 to 0.700; 0.050 less is allowed." in str(refused.value)
    assert "does not look for cat" in str(refused.value)
    assert "rise from 5.0 to 30.0; 10.0 are allowed" in str(refused.value)
    with pytest.raises(CommandError, match="needs a reason"):
        call_command("model_promote", new, "--force", " ")
    assert states()[live] == "live"
    assert not AuditEntry.objects.exists()
    call_command("model_promote", new, "--force", "cones matter more here")
    assert "overruled: AP50 of cattle falls" in capsys.readouterr().out
    entry = AuditEntry.objects.get()
    assert entry.reason == "cones matter more here"
    assert "cattle falls" in entry.after["overruled"]


def test_what_was_not_measured_or_cannot_be_loaded_is_refused(live, register, tmp_path):
    new = register("new")
    with pytest.raises(ModelRefused, match=rf"{new} has no figures"):
        model_promote(label=new, by="me")
    models.ModelVersion.objects.filter(label=live).update(metrics=None)
    with pytest.raises(ModelRefused, match=rf"{re.escape(live)} has no figures"):
        model_promote(label=new, by="me")
    (tmp_path / "new" / "weights.onnx").write_bytes(b"others")
    with pytest.raises(ModelRefused, match="cannot be loaded"):
        model_promote(label=new, by="me", overrule="I like it")
    with pytest.raises(ModelRefused, match="No model is registered as newer"):
        model_promote(label="newer", by="me")
    assert states() == {live: "live", new: "candidate"}


def test_metrics_of_another_model_are_refused(register, tmp_path):
    register("new")
    (tmp_path / "other.json").write_text(json.dumps(metrics_of("other-1-0", cow=0.9)))
    with pytest.raises(CommandError, match="is about other-1-0, not about new-1-"):
        call_command(
            *("model_register", "--manifest", str(tmp_path / "new" / "manifest.toml")),
            *("--metrics", str(tmp_path / "other.json")),
        )


def test_a_promotion_takes_effect_before_the_next_frames(live, register, send, monkeypatch):
    new = register("new")
    send(6)
    asked = []

    def engine(*, label: str, path: object) -> Engine:
        asked.append(label)

        def say(_: bytes) -> Answer:
            if label == live and models.ModelVersion.objects.filter(state="live", label=live):
                model_promote(label=new, by="me", overrule="a test")
            return SEEN

        return Engine(say)

    module = import_module("hazardmap.inference.services.detect_pending")
    monkeypatch.setattr(module, "engine", engine)
    assert detect_pending() == 6
    assert asked == [live, new, new]
    made = models.DetectionRun.objects.values_list("model_version", flat=True).order_by("id")
    assert list(made) == [live] * 4 + [new] * 2, "a claim is finished by the model that began it"


def test_a_live_model_whose_files_are_gone_stops_detection_with_a_sentence(live, tmp_path):
    manifest, label = model_files(tmp_path / "new", "new")
    model_register(manifest=manifest, metrics=None)
    model_promote(label=label, by="me", overrule="a test")
    model_files(tmp_path / "new", "newer")
    with pytest.raises(ManifestError, match=f"offers newer-1-.*, and no longer {label}"):
        detect_pending()


def test_engines_that_are_out_of_service_are_closed(monkeypatch):
    closed = []

    class Loaded:
        def __init__(self, label: str) -> None:
            self.close = lambda: closed.append(label)

    loaded = {label: Loaded(label) for label in ("live", "shadow", "retired")}
    monkeypatch.setattr(detector, "_engines", loaded)
    detector.unload_others({"live", "shadow"})
    assert closed == ["retired"]
    assert set(loaded) == {"live", "shadow"}


def test_fusion_reads_the_recall_of_the_live_model(live, register):
    assert selectors.recall_table().version == detector.configured().recall["version"]
    model_promote(label=register("new"), by="me", overrule="a test")
    assert selectors.recall_table().version == "new-1"


def test_a_shadow_is_compared_and_never_reaches_the_map(live, trial, detect, send, capsys):
    frames = send(6)
    assert detect(lambda _: SEEN, lambda _: replace(SEEN, detections=(COW,))) == 6
    assert set(models.DetectionRun.objects.values_list("model_version", flat=True)) == {live}
    assert models.Detection.objects.count() == 12
    runs = models.ShadowRun.objects.all()
    assert {run.frame_id for run in runs} == set(frames)
    assert {(run.model_version_id, run.live_version_id, run.error) for run in runs} == {
        (trial, live, "")
    }
    with transaction.atomic():
        assert {run.model_version for run in runs_take(limit=10)} == {live}
        transaction.set_rollback(True)
    assert fuse_pending() == 6
    call_command("model_compare", trial)
    report = capsys.readouterr().out
    assert f"candidate {trial} against {live}: 6 frames" in report
    assert "cow                         6          0               0       100%  +0.000" in report
    assert "dog                         0          6               0         0%" in report
    assert "dog, only live, surest first" in report


def _raises(_: bytes) -> Rejection:
    raise RuntimeError("out of memory")


@pytest.mark.parametrize(
    ("shadow", "error"),
    [
        (_raises, "RuntimeError: out of memory"),
        (ManifestError("weights are missing"), "ManifestError: weights are missing"),
        (lambda _: Rejection(Reason.TRUNCATED, ""), "rejected: truncated"),
    ],
)
def test_a_shadow_that_fails_harms_no_frame_and_is_counted(trial, detect, send, shadow, error):
    send(5)
    assert detect(lambda _: SEEN, shadow) == 5
    assert set(Frame.objects.values_list("state", "attempts")) == {("detected", 1)}
    assert set(models.ShadowRun.objects.values_list("error", flat=True)) == {error}
    found = selectors.trial_of(trial, limit=100)
    assert found is not None
    assert (found.pairs, found.errors) == ((), (error,) * 5)
    send(7)
    assert detect(lambda _: SEEN, shadow) == 7
    assert models.ShadowRun.objects.count() == MOST_FAILURES
    assert states()[trial] == "candidate", "it fails every time and is given up"


def test_live_frames_go_first_and_memory_is_bounded(trial, detect, send):
    send(20)
    waiting = []

    def shadow(_: bytes) -> Answer:
        waiting.append(Frame.objects.filter(state="received").count())
        return SEEN

    assert detect(lambda _: SEEN, shadow) == 20
    assert waiting == [0] * MOST_WAITING


def test_a_frame_that_comes_while_the_shadow_looks_is_next(trial, detect, send):
    first = set(send(2))
    seen = []

    def shadow(_: bytes) -> Answer:
        seen.append(Frame.objects.filter(state="detected").count())
        if len(seen) == 1:
            send(1)
        return SEEN

    assert detect(lambda _: SEEN, shadow) == 3
    assert seen == [2, 3, 3]
    assert first < set(models.ShadowRun.objects.values_list("frame_id", flat=True))


def test_without_a_shadow_nothing_is_kept_or_looked_at(trial, detect, send):
    model_shadow(label=trial, one_in=None)
    send(2)
    assert detect(lambda _: SEEN, AssertionError("nobody asked")) == 2
    assert not models.ShadowRun.objects.exists()


def test_a_new_trial_takes_the_place_of_another_and_starts_afresh(live, register, detect, send):
    old, new = register("old"), register("new")
    model_shadow(label=old, one_in=1)
    send(1)
    detect(lambda _: SEEN, lambda _: SEEN)
    model_shadow(label=new, one_in=2)
    assert states() == {live: "live", old: "candidate", new: "shadow"}
    assert models.ShadowRun.objects.count() == 1
    model_shadow(label=old, one_in=1)
    assert not models.ShadowRun.objects.exists()
    with pytest.raises(ModelRefused, match="cannot be its own shadow"):
        model_shadow(label=live, one_in=5)


def test_a_comparison_costs_three_queries(trial, detect, send, django_assert_num_queries):
    send(4)
    detect(lambda _: SEEN, lambda _: SEEN)
    with django_assert_num_queries(3):
        found = selectors.trial_of(trial, limit=100)
    assert found is not None
    assert len(found.pairs) == 4
