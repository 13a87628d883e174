"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from hazardmap.accounts.login import ThrottledLoginForm
from hazardmap.web import account, images, map_data, map_page, map_search, pages, source

urlpatterns = [
    path("", map_page.map_page, name="map"),
    path("embed/", map_page.embedded_map, name="embed"),
    path("hazards/<uuid:hazard_id>/", pages.hazard_page, name="hazard"),
    path("drive/", pages.drive_page, name="drive"),
    path("about/", pages.about_page, name="about"),
    path("source.tar.gz", source.source, name="source"),
    path(
        "login/",
        LoginView.as_view(
            template_name="web/login.html",
            authentication_form=ThrottledLoginForm,
            redirect_authenticated_user=True,
        ),
        name="login",
    ),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", account.account_page, name="account"),
    path("account/pairing-code/", account.pairing_code, name="pairing-code"),
    path("account/devices/<uuid:device_id>/revoke/", account.revoke, name="device-revoke"),
    path("map/hazards.json", map_data.hazards, name="map-hazards"),
    path("map/hazards/<uuid:hazard_id>.json", map_data.hazard, name="map-hazard"),
    path("map/changes.json", map_data.changes, name="map-changes"),
    path("map/history.json", map_data.history, name="map-history"),
    path("map/search.json", map_search.search, name="map-search"),
    path("images/<uuid:frame_id>.jpg", images.image, name="image"),
]
