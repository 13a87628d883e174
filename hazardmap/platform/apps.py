from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "hazardmap.platform"
