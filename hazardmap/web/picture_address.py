"""Pictures in addresses: by a name that tells nothing of when its frame came."""

from uuid import UUID

from django.conf import settings
from django.urls.converters import UUIDConverter

from hazardmap.core.answers.anonymous import frame_named, picture_name


class PictureConverter(UUIDConverter):
    """`<picture:frame_id>`: a view gets the id of the frame."""

    def to_python(self, value: str) -> UUID:
        return frame_named(settings.SECRET_KEY, super().to_python(value))

    def to_url(self, value: str | UUID) -> str:
        return str(picture_name(settings.SECRET_KEY, UUID(str(value))))
