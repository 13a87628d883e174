from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "hazardmap.demo"
