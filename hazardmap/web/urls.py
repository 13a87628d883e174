"""Addresses of the pages."""

from django.urls import include, path

from hazardmap.web import images, map_data, pages, source

urlpatterns = [
    path("", pages.map_page, name="map"),
    path("hazards/<uuid:hazard_id>/", pages.hazard_page, name="hazard"),
    path("drive/", pages.drive_page, name="drive"),
    path("about/", pages.about_page, name="about"),
    path("source.tar.gz", source.source, name="source"),
    path("", include("hazardmap.web.account_urls")),
    path("portal/", include("hazardmap.web.portal.urls")),
    path("map/hazards.json", map_data.hazards, name="map-hazards"),
    path("map/hazards/<uuid:hazard_id>.json", map_data.hazard, name="map-hazard"),
    path("map/changes.json", map_data.changes, name="map-changes"),
    path("images/<uuid:frame_id>.jpg", images.image, name="image"),
]
