"""Compare a shadow with the live detector."""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.core.operation.comparison import EXAMPLES, Example, compare
from hazardmap.inference.selectors import Trial, trial_of

HEADING = (
    f"{'kind':<22}{'both':>7}{'only live':>11}{'only candidate':>16}{'agreement':>11}{'shift':>8}"
)


class Command(BaseCommand):
    help = (
        "Report how a shadow's detections differ from the live model's in the same frames. "
        "Example: python manage.py model_compare road-kinds-2-1f3a9c04"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("label", help="as `model_list` prints it")
        parser.add_argument("--frames", type=int, default=2000, help="the latest so many")

    def handle(self, *args: Any, **options: Any) -> None:
        label = options["label"]
        if options["frames"] < 1:
            raise CommandError("--frames must be at least 1.")
        trial = trial_of(label, limit=options["frames"])
        if trial is None:
            raise CommandError(f"No model is registered as {label}.")
        if not trial.live:
            raise CommandError(f"{label} has seen no frame: python manage.py model_shadow --help")
        self.stdout.write("\n".join([*_heading(label, trial), "", *_by_kind(trial)]))


def _heading(label: str, trial: Trial) -> list[str]:
    lines = [f"candidate {label} against {trial.live}: {len(trial.pairs)} frames"]
    lines += [f"failed {n} times: {error}" for error, n in Counter(trial.errors).most_common()]
    if trial.candidate_ms:
        lines.append(
            f"time per frame (median): live {median(trial.live_ms):.0f} ms, "
            f"candidate {median(trial.candidate_ms):.0f} ms"
        )
    return lines


def _by_kind(trial: Trial) -> list[str]:
    kinds = compare(trial.pairs)
    lines = [HEADING]
    for name, kind in kinds.items():
        shift = "" if kind.mean_shift is None else f"{kind.mean_shift:+.3f}"
        lines.append(
            f"{name:<22}{kind.both:>7}{len(kind.only_live):>11}{len(kind.only_candidate):>16}"
            f"{kind.agreement:>11.0%}{shift:>8}"
        )
    for name, kind in kinds.items():
        lines += _examples(f"{name}, only live", kind.only_live)
        lines += _examples(f"{name}, only candidate", kind.only_candidate)
    return lines


def _examples(title: str, examples: Sequence[Example]) -> list[str]:
    if not examples:
        return []
    frames = (f"  {example.frame_id} {example.score:.2f}" for example in examples[:EXAMPLES])
    return ["", f"{title}, surest first:", *frames]
