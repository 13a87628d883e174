from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "hazardmap.billing"
