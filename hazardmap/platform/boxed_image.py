"""A picture with boxes drawn over it, as markup that needs no script and no inline style."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from hazardmap.core.geometry.box import Box

BOXED_IMAGE_CSS = "platform/boxed_image.css"


@dataclass(frozen=True, slots=True)
class ImageBox:
    """A box with words beside it.

    strong: what the viewer is asked about; other boxes are drawn thin and dashed.
    """

    box: Box
    label: str
    strong: bool = True

    @property
    def x(self) -> str:
        return f"{self.box.left:.2%}"

    @property
    def y(self) -> str:
        return f"{self.box.top:.2%}"

    @property
    def width(self) -> str:
        return f"{self.box.right - self.box.left:.2%}"

    @property
    def height(self) -> str:
        return f"{self.box.bottom - self.box.top:.2%}"

    @property
    def label_x(self) -> str:
        return f"{self.box.right if self.at_right_edge else self.box.left:.2%}"

    @property
    def label_y(self) -> str:
        """Above the box, or just below it where the picture ends."""
        return f"{self.box.bottom if self.at_top_edge else self.box.top:.2%}"

    @property
    def at_right_edge(self) -> bool:
        return self.box.left > 0.75

    @property
    def at_top_edge(self) -> bool:
        return self.box.top < 0.08


def boxed_image(url: str, alt: str, boxes: Sequence[ImageBox]) -> SafeString:
    """An <img> under an SVG of the boxes; the page must load BOXED_IMAGE_CSS."""
    return render_to_string("platform/boxed_image.html", {"url": url, "alt": alt, "boxes": boxes})
