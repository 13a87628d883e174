"""Tell which detectors there are."""

from typing import Any

from django.core.management.base import BaseCommand

from hazardmap.inference.selectors import ModelInfo, models_known


class Command(BaseCommand):
    help = (
        "List the registered models with their states and figures, the newest first. "
        "Example: python manage.py model_list"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        models = models_known()
        for model in models:
            self.stdout.write(f"{model.state:<10} {model.label}")
            for line in _details(model):
                self.stdout.write(f"{'':<10} {line}")
        if not models:
            self.stdout.write("no model is registered yet: the first worker registers its own")


def _details(model: ModelInfo) -> list[str]:
    lines = []
    if model.promoted_at is not None:
        lines.append(f"promoted {model.promoted_at:%Y-%m-%d %H:%M} UTC by {model.promoted_by}")
    if model.metrics is None:
        return [*lines, "not measured on the frozen benchmark"]
    figures = ", ".join(f"{kind} {ap.value:.3f}" for kind, ap in model.metrics.ap50.items())
    alarms = model.metrics.false_alarms_per_1000.value
    return [
        *lines,
        f"on {model.metrics.benchmark}: AP50 {figures}; {alarms:.1f} false alarms per 1,000 frames",
    ]
