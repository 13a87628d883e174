"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from hazardmap.api import feeds
from hazardmap.api.dialect_feeds import Cifs, Datex2
from hazardmap.operation.page import page
from hazardmap.platform.health import healthz

handler400 = "hazardmap.errors.bad_request"
handler403 = "hazardmap.errors.forbidden"
handler404 = "hazardmap.errors.not_found"
handler500 = "hazardmap.errors.failed"

urlpatterns = [
    path("healthz", healthz),
    path("api/v1/", include("hazardmap.api.urls")),
    path("feeds/wzdx-4.2.geojson", feeds.workzones, name="wzdx"),
    path("feeds/cifs.json", Cifs.as_view(), name="cifs"),
    path("feeds/datex2-3.xml", Datex2.as_view(), name="datex2"),
    path("ogc/", include("hazardmap.api.ogc.urls")),
    path("tiles/v1/", include("tiles.urls")),
    path("admin/status/", admin.site.admin_view(page), name="status"),
    path("admin/", admin.site.urls),
    path("", include("hazardmap.web.urls")),
]
