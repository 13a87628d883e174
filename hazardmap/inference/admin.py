"""What the detector said, to read."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from hazardmap.inference.models import Detection, DetectionRun, ModelVersion
from hazardmap.platform.boxed_image import BOXED_IMAGE_CSS, ImageBox, boxed_image
from hazardmap.platform.read_only_admin import ReadOnlyAdmin, id_column


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    list_display = ("label", "state", "registered_at", "promoted_at", "promoted_by")
    list_filter = ("state",)
    ordering = ("-registered_at",)


@admin.register(DetectionRun)
class DetectionRunAdmin(ReadOnlyAdmin):
    list_display = (
        *(id_column("id"), "frame", "model_version", "source", "finished_at", "usable"),
        "fused_at",
    )
    list_filter = ("model_version", "source", "usable", "dark", "quality_reason", "finished_at")
    list_select_related = ("model_version",)
    search_fields = ("=id", "=frame_id")
    ordering = ("-id",)
    fields = (
        *("picture", "detections", "frame", "model_version", "source", "finished_at"),
        *(
            "fused_at",
            "attempts",
            "retry_at",
            "usable",
            "quality_reason",
            "dark",
            "context",
            "blur_receipt",
        ),
    )

    class Media:
        css = {"all": (BOXED_IMAGE_CSS,)}  # noqa: RUF012 - Django's way to say it

    @admin.display(ordering="frame_id")
    def frame(self, run: DetectionRun) -> str:
        address = reverse("admin:capture_frame_change", args=[run.frame_id])
        return format_html('<a href="{}">{}</a>', address, str(run.frame_id)[-8:])

    @admin.display
    def picture(self, run: DetectionRun) -> str:
        boxes = [ImageBox(d.box, f"{d.kind} {d.score:.0%}") for d in _detections(run)]
        return boxed_image(reverse("admin:image", args=[run.frame_id]), "the blurred frame", boxes)

    @admin.display
    def detections(self, run: DetectionRun) -> str:
        """As words too, for those who cannot see the boxes."""
        return ", ".join(f"{d.kind} {d.score:.2f}" for d in _detections(run)) or "none"


def _detections(run: DetectionRun) -> list[Detection]:
    """By frame, the indexed column."""
    found = Detection.objects.filter(frame_id=run.frame_id, run_id=run.pk)
    return list(found.order_by("-score", "id"))
