"""What somebody may ask of the list of hazards, read from its address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.fusion.hazard import LIVE_STATES, State
from hazardmap.core.geometry.area import Area, Cell, Circle
from hazardmap.core.geometry.bbox import parse_bbox
from hazardmap.core.kinds import kinds_of
from hazardmap.web.places import Place, places_named
from hazardmap.web.words import Words, group_labels, kinds_by_group

RADII_KM: Final = (1, 5, 25, 100)
DEFAULT_RADIUS_KM: Final = 25
LAST_PAGE: Final = 40
OVER_DAYS: Final = 7
SINCE: Final[dict[str, tuple[int | None, Words]]] = {
    "": (None, _("any time")),
    "1h": (3600, _("in the last hour")),
    "6h": (6 * 3600, _("in the last 6 hours")),
    "24h": (24 * 3600, _("in the last 24 hours")),
    "7d": (7 * 86_400, _("in the last 7 days")),
}
CONFIDENCES: Final[dict[str, Words]] = {
    "": _("however likely"),
    "0.2": _("at least possible (20 %)"),
    "0.5": _("at least likely (50 %)"),
    "0.8": _("at least very likely (80 %)"),
}
STATES: Final[dict[str, Words]] = {
    "": _("on the map now"),
    "confirmed": _("confirmed only"),
    "unconfirmed": _("unconfirmed only"),
    "over": _("gone in the last 7 days"),
}
SORTS: Final[dict[str, Words]] = {
    "": _("nearest or newest"),
    "new": _("newest first"),
    "likely": _("most likely first"),
    "severe": _("most dangerous first"),
    "near": _("nearest first"),
}
_NUMBERS = re.compile(r"([+-]?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d{1,3}(?:\.\d+)?)", re.ASCII)


OTHER_PLACES: Final = 4


@dataclass(frozen=True, slots=True)
class Near:
    """A place in degrees. place: what it is called, where it was found by a name."""

    lon: float
    lat: float
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """area: None for the whole world. near: what "nearest" is measured from.

    sort: of SORTS, but never "".
    """

    area: Area | None
    near: Near | None
    wanted: Wanted
    unconfirmed: bool
    states: tuple[str, ...]
    sort: str
    page: int

    @property
    def on_map(self) -> bool:
        """Whether it asks about what is there now."""
        return self.states == _LIVE

    @property
    def seen_after(self) -> datetime | None:
        age_s = self.wanted.max_age_s
        return None if age_s is None else self.wanted.at - timedelta(seconds=age_s)


class ListForm(forms.Form):
    """All fields may be left out. `kind` may be given several times, as kinds or groups."""

    kind = forms.MultipleChoiceField(required=False, choices=lambda: _kinds())  # noqa: PLW0108 - defined below
    since = forms.ChoiceField(required=False, choices=[(k, w) for k, (_s, w) in SINCE.items()])
    confidence = forms.ChoiceField(required=False, choices=list(CONFIDENCES.items()))
    state = forms.ChoiceField(required=False, choices=list(STATES.items()))
    sort = forms.ChoiceField(required=False, choices=list(SORTS.items()))
    near = forms.CharField(required=False, max_length=80)
    radius_km = forms.TypedChoiceField(
        required=False, coerce=int, choices=[(km, km) for km in RADII_KM], empty_value=None
    )
    bbox = forms.CharField(required=False, max_length=120)
    page = forms.IntegerField(required=False, min_value=1, max_value=LAST_PAGE)
    others: Sequence[Place] = ()
    """Further places that `near` can mean."""

    def clean_kind(self) -> list[str]:
        return [one for one in self.cleaned_data["kind"] if one]

    def clean_near(self) -> Near | Cell | None:
        """Coordinates as people write them, latitude first, a cell of H3, or a place's name."""
        text = self.cleaned_data["near"].strip()
        if not text:
            return None
        if numbers := _NUMBERS.fullmatch(text):
            lat, lon = (float(number) for number in numbers.groups())
            if abs(lat) <= 90 and abs(lon) <= 180:
                return Near(lon, lat)
        try:
            return Cell.read(text)
        except ValueError:
            found = [] if "\0" in text else places_named(text, limit=1 + OTHER_PLACES)
        if not found:
            raise forms.ValidationError(
                _(
                    "No town or street that we know begins so. Write a name, a latitude and a "
                    "longitude like 60.17, 24.94, or a cell of H3."
                )
            )
        place, *self.others = found
        return Near(place.lon, place.lat, place)

    def clean_bbox(self) -> Area | None:
        text = self.cleaned_data["bbox"].strip()
        try:
            return parse_bbox(text) if text else None
        except ValueError:
            raise forms.ValidationError(
                _("A section of the map is west,south,east,north in degrees.")
            ) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("near") and cleaned.get("bbox"):
            self.add_error("near", _("Ask for a place or for a section of the map, not for both."))
        return cleaned

    def question(self, now: datetime) -> Question:
        """What a valid form asks for."""
        given = self.cleaned_data
        near, state = given["near"], given["state"]
        area = near if isinstance(near, Cell) else given["bbox"]
        if isinstance(near, Near):
            radius_km = given["radius_km"] or DEFAULT_RADIUS_KM
            area = Circle(near.lon, near.lat, 1000.0 * radius_km)
        age_s = SINCE[given["since"]][0]
        over = state == "over"
        return Question(
            area=area,
            near=near if isinstance(near, Near) else None,
            wanted=Wanted(
                at=now,
                kinds=kinds_of(given["kind"]) or None,
                published=state == "confirmed",
                min_probability=float(given["confidence"] or 0),
                max_age_s=age_s,
                seen_from=now - timedelta(days=OVER_DAYS) if over else None,
            ),
            unconfirmed=state == "unconfirmed",
            states=_OVER if over else _LIVE,
            sort=given["sort"] or ("near" if isinstance(near, Near) else "new"),
            page=given["page"] or 1,
        )


_LIVE = tuple(LIVE_STATES)
_OVER = tuple(sorted({state.value for state in State} - set(_LIVE)))


def _kinds() -> list[tuple[str, str]]:
    groups = list(group_labels().items())
    return [*groups, *(pair for kinds in kinds_by_group().values() for pair in kinds.items())]
