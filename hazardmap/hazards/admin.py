"""The map, to read: hazards with their evidence, what moderators said, and the change feed."""

from datetime import UTC
from typing import Protocol

from django.contrib import admin
from django.contrib.gis.geos import Point
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from hazardmap.core.decay import probability_at
from hazardmap.core.seeing.camera import DEFAULT_CAMERA
from hazardmap.hazards.learned_models import FusionVersion, Mounting
from hazardmap.hazards.mapping import mounting_of
from hazardmap.hazards.models import (
    Evidence,
    Hazard,
    HazardEvent,
    Observation,
    Verdict,
    View,
)
from hazardmap.hazards.zone_models import Zone
from hazardmap.platform.read_only_admin import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    id_column,
    number_column,
    second_column,
)


class _Placed(Protocol):
    position: Point


class _PlaceColumn:
    @admin.display(description="place (lat, lon)")
    def place(self, row: _Placed) -> str:
        return f"{row.position.y:.6f}, {row.position.x:.6f}"


class EvidenceInline(ReadOnlyInline):
    model = Evidence
    ordering = ("first_at", "pass_id")
    fields = (  # type: ignore[assignment]  # its stubs know names only, Django callables too
        *("witness", "device_id", second_column("first_at"), second_column("last_at"), "seen"),
        *(
            number_column("score", 2),
            number_column("visibility", 2),
            "frames",
            number_column("log2_ratio", 1),
        ),
        *(number_column("p_before", 3), number_column("p_after", 3), number_column("real", 3)),
    )


@admin.register(Hazard)
class HazardAdmin(_PlaceColumn, ReadOnlyAdmin):
    list_display = (
        *(id_column("id"), "kind", "state", "now", "last_seen", "passes", "witnesses"),
        *("published", "confirmed", "simulated"),
    )
    list_filter = ("state", "kind", "published", "confirmed", "simulated", "last_seen")
    search_fields = ("=id",)
    ordering = ("-last_seen",)
    fields = (
        *("review", "kind", "state", "place", "radius_m", "now", "fused", "half_life", "phantom"),
        *("severity", "first_seen", "last_seen", "passes", "witnesses", "published", "confirmed"),
        *("simulated", "expires_at"),
    )
    inlines = (EvidenceInline,)

    @admin.display(description="probability now")
    def now(self, hazard: Hazard) -> str:
        p = probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, timezone.now())
        return f"{100 * p:.1f} %"

    @admin.display(description="when evidence last moved it")
    def fused(self, hazard: Hazard) -> str:
        at = hazard.t_ref.astimezone(UTC)
        return f"{100 * hazard.p:.1f} % at {at:%Y-%m-%d %H:%M:%S} UTC"

    @admin.display(description="half-life")
    def half_life(self, hazard: Hazard) -> str:
        return f"{hazard.half_life_s / 3600:.1f} h"

    @admin.display
    def review(self, hazard: Hazard) -> str:
        address = reverse("admin:queue_item", args=[hazard.pk])
        return format_html('<a href="{}">Its pictures and decisions</a>', address)


class ObservationInline(_PlaceColumn, ReadOnlyInline):
    model = Observation
    fields = ("kind", "score", "place", "range_m", "box")


@admin.register(View)
class ViewAdmin(_PlaceColumn, ReadOnlyAdmin):
    list_display = (
        *(id_column("frame_id"), "captured_at", "witness", "usable", "dark", "simulated"),
    )
    list_filter = ("usable", "dark", "simulated", "captured_at")
    search_fields = ("=frame_id", "=device_id", "=witness")
    ordering = ("-frame_id",)
    fields = (
        *("frame_id", "device_id", "witness", "captured_at", "place", "accuracy_m"),
        *("heading_deg", "heading_sigma_deg", "speed_mps", "camera", "usable", "dark"),
        *("simulated", "model_version"),
    )
    inlines = (ObservationInline,)


@admin.register(Verdict)
class VerdictAdmin(_PlaceColumn, ReadOnlyAdmin):
    list_display = (id_column("id"), "at", "decision", "kind", "undone_at")
    list_filter = ("decision", "kind", "at")
    ordering = ("-at",)
    fields = ("id", "at", "decision", "kind", "place", "observations", "undone_at")


@admin.register(HazardEvent)
class HazardEventAdmin(ReadOnlyAdmin):
    list_display = ("cursor", "at", "change", id_column("hazard_id"))
    list_filter = ("change", "at")
    search_fields = ("=hazard_id",)
    ordering = ("-cursor",)


@admin.register(FusionVersion)
class FusionVersionAdmin(ReadOnlyAdmin):
    list_display = ("number", "at", "by", "learned")
    ordering = ("-number",)
    fields = ("number", "at", "by", "learned", "values")


@admin.register(Mounting)
class MountingAdmin(ReadOnlyAdmin):
    """What was learned, as it changes a camera of which nothing else is known."""

    list_display = ("device_id", "drives", "learned_until", "pitch", "yaw", "height")
    search_fields = ("=device__id",)
    ordering = ("-learned_until",)
    fields = list_display

    @admin.display(description="pitch, down is +")
    def pitch(self, row: Mounting) -> str:
        camera = mounting_of(row).applied(DEFAULT_CAMERA)
        return f"{camera.pitch_deg:+.1f}° ± {camera.pitch_sigma_deg:.1f}°"

    @admin.display(description="yaw, right is +")
    def yaw(self, row: Mounting) -> str:
        camera = mounting_of(row).applied(DEFAULT_CAMERA)
        return f"{camera.yaw_deg:+.1f}° ± {camera.yaw_sigma_deg:.1f}°"

    @admin.display
    def height(self, row: Mounting) -> str:
        camera = mounting_of(row).applied(DEFAULT_CAMERA)
        return f"{camera.height_m:.2f} m ± {camera.height_sigma_m:.2f} m"


@admin.register(Zone)
class ZoneAdmin(ReadOnlyAdmin):
    list_display = (
        *(id_column("id"), "devices", number_column("length_m", 0)),
        *(number_column("bearing_deg", 0), number_column("p", 2), "started_at", "ended_at"),
    )
    list_filter = ("simulated", "started_at", "ended_at")
    search_fields = ("=id",)
    ordering = ("-updated_at",)
    fields = (
        *("kinds", "hazard_ids", "line", "length_m", "bearing_deg", "p", "t_ref", "half_life_s"),
        *("started_at", "last_seen", "ended_at", "merged_into", "simulated", "updated_at"),
    )

    @admin.display
    def devices(self, zone: Zone) -> int:
        return len(zone.hazard_ids)
