"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from hazardmap.accounts.login import ThrottledLoginForm
from hazardmap.web import account, earnings, images, map_data, pages, payments, source

urlpatterns = [
    path("", pages.map_page, name="map"),
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
    path("account/earnings/", earnings.earnings_page, name="earnings"),
    path("account/earnings.json", earnings.earnings_json, name="earnings-json"),
    path("account/earnings/payout-account/", earnings.payout_account, name="payout-account"),
    path("map/hazards.json", map_data.hazards, name="map-hazards"),
    path("map/hazards/<uuid:hazard_id>.json", map_data.hazard, name="map-hazard"),
    path("map/changes.json", map_data.changes, name="map-changes"),
    path("payments/stripe/", payments.stripe, name="payments-stripe"),
    path("images/<uuid:frame_id>.jpg", images.image, name="image"),
]
