"""Make a detector known, and find those that are in service."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from detection.manifest import ManifestError
from hazardmap.inference.detector import Offer, configured, offer, read_metrics
from hazardmap.inference.models import ModelVersion
from hazardmap.platform.one_at_a_time import one_at_a_time

FIRST_START = "first start"
State = ModelVersion.State


@dataclass(frozen=True, slots=True)
class InService:
    live: ModelVersion
    shadow: ModelVersion | None

    @property
    def labels(self) -> set[str]:
        return {self.live.label} | ({self.shadow.label} if self.shadow else set())


def model_register(*, manifest: Path, metrics: Path | None) -> str:
    """Register the model that a manifest offers, or renew what is known of it; its label.

    metrics: JSON of its figures on the frozen benchmark; without, those beside the manifest count.
    Raises detection.manifest.ManifestError.
    """
    found = offer(manifest)
    _register(found)
    if metrics is not None:
        figures = read_metrics(metrics, found.label)
        ModelVersion.objects.filter(label=found.label).update(metrics=figures)
    return found.label


def model_names() -> set[str]:
    """The labels that a device's report may name; each is registered by now.

    The configured one is registered here where no worker of it has started yet: what is accepted
    with its name must find it, whichever worker takes it.
    """
    names = set(ModelVersion.objects.values_list("label", flat=True))
    with suppress(ManifestError):  # a web machine may have no weights; the workers have
        own = configured()
        if own.label not in names:
            _register(own)
            names.add(own.label)
    return names


def in_service() -> InService:
    """The live model and its shadow. The configured model is registered; the very first is live.

    Raises detection.manifest.ManifestError.
    """
    own = configured()
    wanted = Q(state__in=[State.LIVE, State.SHADOW]) | Q(label=own.label)
    rows = list(ModelVersion.objects.filter(wanted))
    if not any(row.label == own.label and _is_current(row, own) for row in rows):
        _register(own)
    by_state = {row.state: row for row in rows}
    return InService(by_state.get(State.LIVE) or _first(own.label), by_state.get(State.SHADOW))


def one_change_at_a_time() -> None:
    """Make whoever else changes the state of a model wait until this transaction has ended."""
    one_at_a_time("model state")


def _register(found: Offer) -> None:
    known = {"kinds": list(found.kinds), "manifest": str(found.path), "recall": found.recall}
    if found.metrics is not None:
        known["metrics"] = found.metrics
    ModelVersion.objects.update_or_create(
        label=found.label, defaults=known, create_defaults=known | {"sha256": found.sha256}
    )


def _is_current(row: ModelVersion, found: Offer) -> bool:
    """The same weights may have been measured anew."""
    return row.recall == found.recall and found.metrics in (None, row.metrics)


@transaction.atomic
def _first(label: str) -> ModelVersion:
    one_change_at_a_time()
    if not ModelVersion.objects.filter(state=State.LIVE).exists():
        ModelVersion.objects.filter(label=label).update(
            state=State.LIVE,
            shadow_one_in=None,
            promoted_at=timezone.now(),
            promoted_by=FIRST_START,
        )
    return ModelVersion.objects.get(state=State.LIVE)
