"""The model card: what the network is for, what it was made from, and how good it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from detection.backends.letterbox import scaled_px
from detection.evaluate.claims import DRAWN, LEAST_BOXES, REAL, REVIEWED, Claim, claim
from detection.evaluate.drive import DriveFigures
from detection.evaluate.intervals import Interval
from detection.evaluate.measure import Figures, KindFigures
from detection.evaluate.predictions import Looking
from detection.evaluate.working import Alarms
from detection.labelled import ANIMAL, CLASSES
from detection.sources import load_sources

HOW_CHOSEN: Final = {
    False: "best F on scenes other than those judged, precision counting twice as much as\n"
    "recall, raised until ordinary frames are quiet",
    True: "those of the release, chosen then as the best F, precision counting twice as much as\n"
    "recall, raised until ordinary frames were quiet; not chosen anew for these figures",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What the card is about. beside: weights that are measured together with these. recipe: how
    these were trained, Markdown. known: what they can report.
    """

    version: str
    weights: str
    sha256: str
    megabytes: float
    looking: Looking
    beside: str | None
    known: frozenset[int]
    recipe: str
    command: str


def model_card(
    subject: Subject,
    figures: Figures,
    drive: DriveFigures | None,
    other: tuple[str, Figures] | None,
    plots: Sequence[str],
) -> str:
    """Markdown of the whole card. other: name and figures of a network to compare with."""
    sections = [
        _head(subject),
        _claims(subject, figures),
        _data(),
        f"## Training\n\n{subject.recipe.strip()}",
        _kinds(figures),
        _working(figures),
        _alarms(figures),
        _calibration(figures),
        *([] if drive is None else [_drive(drive)]),
        *([] if other is None else [_comparison(figures, *other)]),
        _plots(plots),
        _limits(),
        f"## Reproduce\n\n`{subject.command}`",
    ]
    return "\n\n".join(sections) + "\n"


def _head(subject: Subject) -> str:
    return f"""# Model card: {subject.version}

A YOLO detection network for hazards on the road, `{subject.weights}` ({subject.megabytes:.1f} MB,
sha256 `{subject.sha256[:16]}…`, AGPL-3.0), measured {_looked(subject.looking)}.
{_together(subject)}
**Intended use.** It looks for hazards in frames of a car's camera that are gathered into a map:
many frames of many drivers, fused before anyone is told. **Not intended**: steering or braking a
car, warning a driver from a single frame, watching people at work."""


def _together(subject: Subject) -> str:
    if subject.beside is None:
        return ""
    return (
        "\nAll figures are those of the whole detector: animals are looked for by "
        f"`{subject.beside}` as\nwell, and what both networks say is joined as by the engine.\n"
    )


def _looked(looking: Looking) -> str:
    least = scaled_px(1, looking.imgsz)
    words = f"at {looking.imgsz} pixels (smaller ones at their own size, and at {least} at least)"
    if looking.mirrored:
        words = f"{words}, also in a mirror"
    if looking.far is None:
        return words
    far = looking.far
    return (
        f"{words};\npictures of {far.from_px} pixels or more are looked at twice: as a whole, and "
        f"their middle by itself,\n{far.left:.0%} to {far.right:.0%} of the width and "
        f"{far.top:.0%} to {far.bottom:.0%} of the height"
    )


def _claims(subject: Subject, figures: Figures) -> str:
    rows = []
    for number, kind in enumerate(CLASSES):
        if number not in subject.known:
            rows.append((_words(kind), f"**{Claim.NOT}**", *["not among its classes"] * 2))
            continue
        by = {row.source: row for row in figures.kinds if row.kind == kind}
        enough = {s: row.ap50.low for s, row in by.items() if row.boxes >= LEAST_BOXES}
        found = claim(enough.get(REAL), enough.get(DRAWN))
        cells = [_interval(by[s].ap50) if s in by else "no pictures" for s in (REAL, DRAWN)]
        rows.append((_words(kind), f"**{found}**", *cells))
    return (
        "## What it detects\n\nA kind is claimed where the lower bound of its AP50 on real "
        "pictures is at least 0.3; claimed on\ndrawn data only where that on drawn ones is at "
        f"least 0.9; else, or on fewer than {LEAST_BOXES} boxes, it is\nnot claimed.\n\n"
        + _table(("kind", "", "AP50 real", "AP50 drawn"), rows)
    )


def _data() -> str:
    rows = [
        (each.name, each.origin, f"{'⚠ ' * each.doubtful}{each.licence}", each.note)
        for each in load_sources()
    ]
    return (
        "## Data\n\nPictures are not in the repository. ⚠ marks a licence that is doubtful: good "
        "enough to learn from and\nto measure with, not to hand the pictures on. Every source "
        "labels only its own kinds; training and\nmeasuring look at no others.\n\n"
        + _table(("source", "from", "licence", "remarks"), rows)
    )


def _kinds(figures: Figures) -> str:
    rows = [
        (
            _words(row.kind),
            f"**{row.source}**" if row.source in {REAL, REVIEWED, DRAWN} else row.source,
            row.boxes,
            row.scenes,
            _interval(row.ap50),
            f"{row.ap50_95:.2f}",
            _interval(row.precision),
            _interval(row.recall),
        )
        for row in figures.kinds
    ]
    head = ("kind", "source", "boxes", "scenes", "AP50", "AP50-95", "precision", "recall")
    return (
        "## How good it is\n\nOn pictures that were kept back. AP is ultralytics' area over COCO's "
        "matching; precision\nand recall are those at the working threshold (overlap 0.5). "
        "Brackets hold 95 % intervals from a\nbootstrap over scenes: pictures that look alike, or "
        "are drawn on one photograph, count as one. Folds\nthat retrain the network would say more "
        "and take days on two cores; thresholds and calibration are\ncross-fitted by scene instead."
        f"{_review(figures)}\n\n" + _table(head, rows)
    )


def _review(figures: Figures) -> str:
    by = {row.source: row for row in figures.kinds if row.kind == CLASSES[ANIMAL]}
    if REVIEWED not in by:
        return ""
    delivered, again = by[REAL], by[REVIEWED]
    return (
        f"\n\n**Animals, reviewed.** All {again.pictures} real pictures in which animals count "
        "were looked at by a rule written\nbefore, without any network's reports. Some leave "
        "animals without a box or put one box around several, so\nthat finding these is an error "
        f"in the figure delivered. With {again.boxes} boxes instead of {delivered.boxes} AP50 is\n"
        f"{_interval(again.ap50, digits=3)} instead of {_interval(delivered.ap50, digits=3)}. "
        "Claims, thresholds, calibration and everything else rest on\nthe labels as delivered. "
        "What changes is in `detection/evaluate/reviewed.toml`."
    )


def _working(figures: Figures) -> str:
    thresholds = ", ".join(
        f"{_words(kind)} {share:.2f}"
        for kind, share in zip(CLASSES, figures.working.shipped, strict=True)
    )
    rows = [
        (
            _words(row.kind),
            row.source,
            f"{row.from_px:.0f}–{row.to_px:.0f}" if row.to_px < 1e6 else f"> {row.from_px:.0f}",
            row.boxes,
            _interval(row.recall),
        )
        for row in figures.by_height
    ]
    return (
        f"**Working thresholds** ({HOW_CHOSEN[figures.working.released]}):\n"
        f"{thresholds}.\n\n**A work zone in the picture** is noticed with "
        f"precision {_interval(figures.work_zone_precision)} and recall "
        f"{_interval(figures.work_zone_recall)}.\n\n### Recall by size\n\nHeight of the box where "
        "the picture's long side has 640 pixels; exact intervals.\n\n"
        + _table(("kind", "pictures", "height, px", "boxes", "recall"), rows)
    )


def _alarms(figures: Figures) -> str:
    def line(name: str, alarms: Alarms) -> tuple[object, ...]:
        thousand = _interval(alarms.per_frame, 1000, 1)
        kinds = ", ".join(f"{_words(k)} {n}" for k, n in alarms.by_kind.items() if n)
        return name, alarms.frames, alarms.alarmed, thousand, kinds or "none"

    rows = [
        line("all", figures.alarms_all),
        line("no training picture, nor the ground of one", figures.alarms_held_back),
    ]
    return (
        "### False alarms\n\nOrdinary road frames and the frames of two clips, in which nothing "
        "is. The interval takes frames for\nindependent, which those of one clip are not; by scene "
        f"the share with any alarm is {_interval(figures.alarm_scenes, digits=3)}.\n\n"
        + _table(("frames", "number", "with an alarm", "per 1,000", "by kind"), rows)
    )


def _calibration(figures: Figures) -> str:
    found = figures.calibration
    methods = ", ".join(
        f"{_words(kind) if kind else 'all others'} {each.method}"
        for kind, each in found.fitted.items()
    )
    return (
        "### Calibration\n\nExpected calibration error of reports above 0.1: "
        f"**{found.error_before:.3f}** before, **{found.error_after:.3f}** after. The method of\n"
        "each kind is the one with the best log loss on unseen scenes, and the error after is "
        f"measured on unseen\nscenes, too: {methods or 'too few reports to calibrate'}."
    )


def _drive(drive: DriveFigures) -> str:
    rows = [
        (_words(kind) if kind else "**all**", _interval(each), _interval(drive.per_frame[kind]))
        for kind, each in drive.found.items()
    ]
    return (
        f"### The rendered drive\n\n{drive.frames} frames along {drive.length_m / 1000:.2f} km. "
        "Things seen within 40 m; a report is of a thing from an overlap\nof 0.3 on. "
        f"False passes: {drive.false_per_km:.1f} per km, before fusion.\n\n"
        + _table(("kind", "found in a frame or more", "found per frame"), rows)
    )


def _comparison(figures: Figures, name: str, other: Figures) -> str:
    def by(rows: Sequence[KindFigures]) -> dict[tuple[str, str], KindFigures]:
        return {(r.kind, r.source): r for r in rows if r.source in {REAL, DRAWN}}

    mine, theirs = by(figures.kinds), by(other.kinds)
    rows = [
        (
            _words(key[0]),
            key[1],
            _interval(mine[key].ap50) if key in mine else "",
            _interval(theirs[key].ap50) if key in theirs else "",
        )
        for key in mine | theirs
    ]
    return f"### Compared with {name}\n\nThe same pictures; AP50.\n\n" + _table(
        ("kind", "pictures", "this network", name), rows
    )


def _plots(names: Sequence[str]) -> str:
    images = (
        f"![{name.removesuffix('.png').replace('-', ' ')}](model-card/{name})" for name in names
    )
    return "## Plots\n\n" + "\n\n".join(images)


def _limits() -> str:
    return """## Limits

- The pictures at hand are mostly close views by day. There is hardly any night, rain or snow, and
  no real picture of US drums, type III barricades, orange work signs or debris: what is said of
  these rests on drawn pictures.
- Sets are small; look at the intervals, not at the figures before them.
- Real barriers are the steel barricades of Indian police, and animals are mostly cattle, dogs, deer
  and raccoons. Expect less elsewhere.
- The held-back drawn pictures have photographs, streets, sizes and lenses that no network learned
  from. What is drawn on them comes from the code that draws for training, with other dice: drums,
  signs and pavement are no other sorts.
- What fusion expects to be seen of cows and COCO's other species is a guess by hand, as long as no
  rendered drive has them; calibration curves by kind say what scores are worth, and fusion has its
  own form of them, one for all kinds.
- Scenes are told apart by how alike pictures look; retakes from another side count as two.
- What darkness leaves of recall is measured on pictures of the day that were darkened."""


def _interval(interval: Interval, times: float = 1.0, digits: int = 2) -> str:
    if interval.value != interval.value:
        return "–"
    value, low, high = (x * times for x in (interval.value, interval.low, interval.high))
    return f"{value:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    def lines() -> Iterator[str]:
        yield "| " + " | ".join(head) + " |"
        yield "|" + "---|" * len(head)
        for row in rows:
            yield "| " + " | ".join(map(str, row)) + " |"

    return "\n".join(lines())


def _words(kind: str) -> str:
    return kind.replace("_", " ")
