"""Frames, to read: what came in, what became of it, and the blurred picture."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from hazardmap.capture.models import Frame
from hazardmap.platform.boxed_image import BOXED_IMAGE_CSS, boxed_image
from hazardmap.platform.read_only_admin import ReadOnlyAdmin, id_column


@admin.register(Frame)
class FrameAdmin(ReadOnlyAdmin):
    """The account is shown as its witness number, not by its name."""

    list_display = (
        *(id_column("id"), "state", "reason", "captured_at", "received_at", "provenance"),
        "witness",
    )
    list_filter = ("state", "reason", "provenance", "received_at")
    list_select_related = ("account",)
    search_fields = ("=id", "=device__id", "=account__witness")
    ordering = ("-id",)
    fields = (
        *("blurred_picture", "detections", "state", "reason", "provenance", "witness", "device_id"),
        *("captured_at", "received_at", "place", "accuracy_m", "heading_deg", "speed_mps"),
        *("hfov_deg", "width_px", "height_px", "attempts", "lease_until"),
    )

    class Media:
        css = {"all": (BOXED_IMAGE_CSS,)}  # noqa: RUF012 - Django's way to say it

    @admin.display(ordering="account__witness")
    def witness(self, frame: Frame) -> int:
        return frame.account.witness

    @admin.display(description="place (lat, lon)")
    def place(self, frame: Frame) -> str:
        return f"{frame.position.y:.6f}, {frame.position.x:.6f}"

    @admin.display
    def blurred_picture(self, frame: Frame) -> str:
        if not frame.stored:
            return "none"
        return boxed_image(reverse("admin:image", args=[frame.pk]), "the blurred frame", [])

    @admin.display
    def detections(self, frame: Frame) -> str:
        """Runs belong to an app above this one, so only their address is known here."""
        runs = reverse("admin:inference_detectionrun_changelist")
        return format_html('<a href="{}?q={}">What was detected in it</a>', runs, frame.pk)
