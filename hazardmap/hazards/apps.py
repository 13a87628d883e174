from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "hazardmap.hazards"
