"""Addresses below /portal/<organisation>/webhooks/."""

from django.urls import path

from hazardmap.web.portal import deliveries, watch_areas, webhooks

urlpatterns = [
    path("", webhooks.endpoints_page, name="portal-webhooks"),
    path("new/", webhooks.create, name="portal-webhook-new"),
    path("<uuid:endpoint_id>/", webhooks.endpoint_page, name="portal-webhook"),
    path("<uuid:endpoint_id>/secret/", webhooks.roll, name="portal-webhook-secret"),
    path("<uuid:endpoint_id>/test/", webhooks.test, name="portal-webhook-test"),
    path("<uuid:endpoint_id>/pause/", webhooks.pause, name="portal-webhook-pause"),
    path("<uuid:endpoint_id>/enable/", webhooks.enable, name="portal-webhook-enable"),
    path("<uuid:endpoint_id>/remove/", webhooks.remove, name="portal-webhook-remove"),
    path("<uuid:endpoint_id>/watch/", watch_areas.add, name="portal-watch-new"),
    path("watched/<uuid:watch_id>/remove/", watch_areas.remove, name="portal-watch-remove"),
    path("<uuid:endpoint_id>/replay/", deliveries.replay_dead, name="portal-dead-replay"),
    path("messages/<uuid:delivery_id>/", deliveries.delivery_page, name="portal-delivery"),
    path("messages/<uuid:delivery_id>/again/", deliveries.again, name="portal-delivery-again"),
]
