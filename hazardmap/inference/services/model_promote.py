"""Replace the live detector by another one that is not worse, and try a candidate beside it."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from detection.manifest import ManifestError
from hazardmap.core.operation.promotion import metrics_from_json, objections
from hazardmap.inference.detector import offer
from hazardmap.inference.models import ModelVersion, ShadowRun
from hazardmap.inference.services.model_register import one_change_at_a_time

State = ModelVersion.State


class ModelRefused(Exception):
    """Why the state of a model was not changed, in sentences for people."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """replaced: label of the model that was live, "" where none was. objections: overruled ones."""

    label: str
    replaced: str
    objections: tuple[str, ...]


@transaction.atomic
def model_promote(*, label: str, by: str, force: bool = False) -> Promotion:
    """Make a registered model the live one; workers load it before they take their next frames.

    force: even if it is worse on the frozen benchmark, or not measured there. Raises ModelRefused.
    """
    one_change_at_a_time()
    new = _known(label)
    if new.state == State.LIVE:
        raise ModelRefused(f"{label} is live already.")
    _check_files(new)
    old = ModelVersion.objects.filter(state=State.LIVE).first()
    against = () if old is None else _objections(old, new)
    if against and not force:
        raise ModelRefused(f"{label} is not promoted. {' '.join(against)}")
    ModelVersion.objects.filter(state=State.LIVE).update(state=State.RETIRED)
    new.state, new.shadow_one_in = State.LIVE, None
    new.promoted_at, new.promoted_by = timezone.now(), by
    new.save()
    return Promotion(label, "" if old is None else old.label, against)


@transaction.atomic
def model_shadow(*, label: str, one_in: int | None) -> None:
    """Let a model look at one live frame in `one_in`, or with None no longer.

    It takes the place of another shadow; what an earlier trial of it left is deleted. Raises
    ModelRefused.
    """
    one_change_at_a_time()
    model = _known(label)
    if model.state == State.LIVE:
        raise ModelRefused(f"{label} is live and cannot be its own shadow.")
    if one_in is None:
        _end_trial(label)
        return
    if one_in < 1:
        raise ModelRefused("The share is one frame in 1 or more.")
    _check_files(model)
    for other in ModelVersion.objects.filter(state=State.SHADOW).exclude(label=label):
        _end_trial(other.label)
    ShadowRun.objects.filter(model_version=model).delete()
    model.state, model.shadow_one_in = State.SHADOW, one_in
    model.save()


def _end_trial(label: str) -> None:
    ModelVersion.objects.filter(label=label, state=State.SHADOW).update(
        state=State.CANDIDATE, shadow_one_in=None
    )


def _known(label: str) -> ModelVersion:
    model = ModelVersion.objects.filter(label=label).first()
    if model is None:
        raise ModelRefused(f"No model is registered as {label}.")
    return model


def _check_files(model: ModelVersion) -> None:
    """A model that cannot be loaded would stop detection."""
    try:
        found = offer(Path(model.manifest))
    except ManifestError as error:
        raise ModelRefused(f"{model.label} cannot be loaded: {error}.") from error
    if found.label != model.label:
        raise ModelRefused(f"{model.manifest} offers {found.label}, and no longer {model.label}.")


def _objections(old: ModelVersion, new: ModelVersion) -> tuple[str, ...]:
    unmeasured = [model.label for model in (old, new) if model.metrics is None]
    if unmeasured:
        return tuple(f"{label} has no figures on the frozen benchmark." for label in unmeasured)
    return objections(metrics_from_json(old.metrics), metrics_from_json(new.metrics))
