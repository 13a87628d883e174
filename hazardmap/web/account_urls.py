"""Addresses of everything about one's own account."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from hazardmap.web import (
    account,
    address,
    consent,
    earned_line,
    earnings,
    pages,
    security,
    sign_in,
    sign_up,
    your_data,
)

urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("login/code/", sign_in.code_page, name="login-code"),
    path("login/reset/", sign_in.reset_page, name="password-reset"),
    path("login/reset/<str:token>/", sign_in.reset_finish_page, name="password-reset-finish"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("signup/", sign_up.sign_up_page, name="sign-up"),
    path("signup/<str:token>/", sign_up.sign_up_finish_page, name="sign-up-finish"),
    path("terms/", pages.terms_page, name="terms"),
    path("terms/uploads/", pages.upload_licence_page, name="upload-licence"),
    path("account/", account.account_page, name="account"),
    path("account/consent/", consent.consent_page, name="consent"),
    path("account/pairing-code/", account.pairing_code, name="pairing-code"),
    path("account/devices/<uuid:device_id>/revoke/", account.revoke, name="device-revoke"),
    path("account/frames/<uuid:frame_id>/delete/", account.picture_delete, name="picture-delete"),
    path("account/drives/<uuid:device_id>/delete/", account.drive_delete, name="drive-delete"),
    path("account/security/", security.security_page, name="security"),
    path("account/security/password/", security.change_password, name="password-change"),
    path("account/security/sessions/", security.end_sessions, name="sessions-end"),
    path("account/address/", address.address_page, name="address-change"),
    path("account/address/<str:token>/", address.address_finish_page, name="address-confirm"),
    path("account/earnings/", earnings.earnings_page, name="earnings"),
    path("account/earnings/<uuid:line_id>/", earned_line.earned_line_page, name="earned-line"),
    path("account/earnings.json", earnings.earnings_json, name="earnings-json"),
    path("account/earnings/payout-account/", earnings.payout_account, name="payout-account"),
    path("account/data/", your_data.your_data_page, name="your-data"),
    path("account/data/export.json", your_data.export, name="your-data-export"),
    path("account/data/language/", your_data.choose_language, name="mail-language"),
    path("account/data/leave/", your_data.leave, name="leave"),
    path("account/second-factor/", security.enrol, name="second-factor"),
    path("account/second-factor/codes/", security.renew_codes, name="recovery-codes"),
    path("account/second-factor/remove/", security.remove, name="second-factor-remove"),
]
