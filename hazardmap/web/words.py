"""Words for people: how sure the map is, what state a hazard is in, where a frame is from."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hazardmap.core.kinds import GROUP_LABELS, KINDS, SEVERITY_LABELS, Group

Words = str | Promise
"""A text, or one that is translated when it is shown."""

# From the surest down: the first bound that a probability reaches gives the words. They follow
# the calibrated scale of intelligence assessments (ICD 203), shortened to five steps.
LIKELIHOODS: Final[tuple[tuple[float, Words], ...]] = (
    (0.95, _("almost certain")),
    (0.8, _("very likely")),
    (0.5, _("likely")),
    (0.2, _("possible")),
    (0.0, _("unlikely by now")),
)
STATES: Final[dict[str, Words]] = {
    "candidate": _("new"),
    "active": _("active"),
    "fading": _("fading"),
    "cleared": _("cleared"),
    "expired": _("no longer expected"),
}
PROVENANCES: Final[dict[str, Words]] = {
    "camera": _("camera"),
    "position_simulated": _("real picture, simulated position"),
    "rendered": _("rendered picture"),
}
# Why a frame was rejected, or why it counts for what it shows and not against what it does not.
REASONS: Final[dict[str, Words]] = {
    "not_an_image": _("not a picture that we can read"),
    "truncated": _("the picture is damaged"),
    "too_many_pixels": _("more than 50 megapixels"),
    "decode_timeout": _("the picture takes too long to read"),
    "decoder_crashed": _("the picture cannot be read safely"),
    "worker_crashed": _("the picture brought the detector down"),
    "original_lost": _("the upload was lost; please send it again"),
    "not_processed_in_time": _(
        "this site did not get to it within a day, and deleted it; please send it again"
    ),
    "too_dark": _("too dark to see the road"),
    "obstructed": _("something covers the lens"),
    "blurred": _("too blurred to see the road"),
    "wrong_mount": _("hardly any road in view; please check how the camera is mounted"),
    "indoor": _("taken indoors"),
    "impossible_speed": _("not counted: nobody drives that fast; is the place right?"),
    "repeated_picture": _("not counted: the same picture was sent before"),
    "edge_incomplete": _("counts only for what your device found"),
}


def likelihood(p: float) -> Words:
    """Words for a probability, 0..1. Raises ValueError outside that range."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"a probability lies in 0..1, not {p}")
    return next(words for bound, words in LIKELIHOODS if p >= bound)


def kind_label(kind: str) -> str:
    """What a kind of hazard is called in the language of the page."""
    return gettext(KINDS[kind].label)


def group_labels() -> dict[str, str]:
    """Names of the three groups, in the language of the page."""
    return {group.value: gettext(words) for group, words in GROUP_LABELS.items()}


def kinds_by_group() -> dict[str, dict[str, str]]:
    """The groups by their names, each with the names and labels of its kinds."""
    return {
        gettext(GROUP_LABELS[group]): {
            name: kind_label(name) for name, kind in KINDS.items() if kind.group is group
        }
        for group in Group
    }


def severity_label(severity: int) -> str:
    """What to do about it, in the language of the page. severity: 1..3."""
    return gettext(SEVERITY_LABELS[severity])


def vocabulary() -> dict[str, object]:
    """The words that scripts need, in the language of the page."""
    return {
        "kinds": {
            kind.name: {"label": kind_label(kind.name), "group": kind.group.value}
            for kind in KINDS.values()
        },
        "groups": group_labels(),
        "likelihoods": LIKELIHOODS,
    }
