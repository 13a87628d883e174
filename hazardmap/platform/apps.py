from django.apps import AppConfig
from django.urls import register_converter

from hazardmap.platform.id_converter import IdConverter


class PlatformConfig(AppConfig):
    name = "hazardmap.platform"

    def ready(self) -> None:
        register_converter(IdConverter, "id")
