"""Addresses below /portal/."""

from django.urls import URLPattern, URLResolver, include, path

from hazardmap.web.portal import address, costs, docs, home, keys, plan, team, usage

organisation: list[URLPattern | URLResolver] = [
    path("", home.overview, name="portal-overview"),
    path("keys/", keys.keys_page, name="portal-keys"),
    path("keys/new/", keys.create, name="portal-key-new"),
    path("keys/<slug:kid>/", keys.key_page, name="portal-key"),
    path("keys/<slug:kid>/limit/", keys.limit, name="portal-key-limit"),
    path("keys/<slug:kid>/roll/", keys.roll, name="portal-key-roll"),
    path("keys/<slug:kid>/revoke/", keys.revoke, name="portal-key-revoke"),
    path("usage/", usage.usage_page, name="portal-usage"),
    path("usage.csv", usage.usage_csv, name="portal-usage-csv"),
    path("costs/", costs.costs_page, name="portal-costs"),
    path("costs/cap/", costs.set_cap, name="portal-cap"),
    path("costs/plan/", plan.plan_page, name="portal-plan"),
    path("costs/plan/leave/", plan.leave, name="portal-plan-leave"),
    path("costs/plan/<slug:code>/", plan.order_page, name="portal-plan-order"),
    path("invoices/", costs.invoices_page, name="portal-invoices"),
    path("invoices/address/", address.address_page, name="portal-address"),
    path("invoices/address/set/", address.set_address, name="portal-address-set"),
    path("invoices/<uuid:invoice_id>/", costs.invoice_page, name="portal-invoice"),
    path("invoices/<uuid:invoice_id>.<slug:kind>", costs.invoice_document, name="portal-document"),
    path(
        "invoices/<uuid:invoice_id>/credit-notes/<uuid:note_id>.<slug:kind>",
        costs.credit_note_document,
        name="portal-credit-note",
    ),
    path("invoices/<uuid:invoice_id>/<int:position>/", costs.line_page, name="portal-line"),
    path("invoices/<uuid:invoice_id>/<int:position>.csv", costs.line_csv, name="portal-line-csv"),
    path("team/", team.team_page, name="portal-team"),
    path("team/invite/", team.invite, name="portal-invite"),
    path("team/withdraw/", team.withdraw, name="portal-withdraw"),
    path("team/close/", team.close, name="portal-close"),
    path("team/<uuid:user_id>/role/", team.set_role, name="portal-role"),
    path("team/<uuid:user_id>/remove/", team.remove, name="portal-remove"),
    path("docs/", docs.docs_page, name="portal-docs"),
    path("webhooks/", include("hazardmap.web.portal.webhook_urls")),
]
urlpatterns = [
    path("", home.entrance, name="portal"),
    path("<uuid:organisation_id>/", include(organisation)),
]
