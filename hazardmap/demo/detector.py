"""The demonstration's detector, after an update that brought other weights."""

from hazardmap.inference.backlog import live_model
from hazardmap.inference.detector import configured
from hazardmap.inference.services import model_register
from hazardmap.moderation.services import model_promote


def demo_detector() -> None:
    """Go on with the weights that are here, where those of the live model are not any more.

    Elsewhere that is the operator's decision (docs/operation.md). Raises
    detection.manifest.ManifestError and inference.services.ModelRefused.
    """
    if live_model().problem:
        label = model_register(manifest=configured().path, metrics=None)
        model_promote(label=label, by="demo", overrule="The weights of the live one are gone.")
