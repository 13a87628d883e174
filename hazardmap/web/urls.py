"""Addresses of the pages."""

from django.urls import include, path, register_converter
from django.urls.converters import IntConverter

from hazardmap.web import (
    api_docs,
    discovery,
    drive_page,
    feeds,
    images,
    map_data,
    map_page,
    map_search,
    pages,
    payments,
    problems,
    reports,
    source,
    votes,
    zone_data,
)
from hazardmap.web.area_page import area_page
from hazardmap.web.hazard_page import hazard_page
from hazardmap.web.list_page import list_page
from hazardmap.web.picture_address import PictureConverter
from hazardmap.web.zone_page import zone_page


class Whole(IntConverter):
    """A whole number that may be negative."""

    regex = "-?[0-9]{1,4}"


register_converter(Whole, "whole")
register_converter(PictureConverter, "picture")

urlpatterns = [
    path("", map_page.map_page, name="map"),
    path("embed/", map_page.embedded_map, name="embed"),
    path("hazards/<id:hazard_id>/", hazard_page, name="hazard"),
    path("hazards/<id:hazard_id>/vote/", votes.vote, name="hazard-vote"),
    path("workzones/<id:zone_id>/", zone_page, name="workzone"),
    path("images/<picture:frame_id>/report/", reports.report_page, name="image-report"),
    path("reports/<str:receipt>/", reports.receipt_page, name="report"),
    path("list/", list_page, name="list"),
    path("area/<slug:area>/", area_page, name="area"),
    path("area/<slug:area>/feed.rss", feeds.rss, name="area-rss"),
    path("area/<slug:area>/feed.geojson", feeds.geojson, name="area-geojson"),
    path("robots.txt", discovery.robots, name="robots"),
    path(".well-known/security.txt", discovery.security_txt, name="security-txt"),
    path("sitemap.xml", discovery.sitemap, name="sitemap"),
    path("drive/", drive_page.drive_page, name="drive"),
    path("drive/worker.js", drive_page.worker, name="drive-worker"),
    path("drive/hazards/<whole:column>/<whole:row>.json", drive_page.square, name="drive-square"),
    path("api/", api_docs.api_page, name="api"),
    path("api/problems/", problems.problems_page, name="problems"),
    path("prices/", pages.prices_page, name="prices"),
    path("about/", pages.about_page, name="about"),
    path("source.tar.gz", source.source, name="source"),
    path("", include("hazardmap.web.account_urls")),
    path("portal/", include("hazardmap.web.portal.urls")),
    path("map/hazards.json", map_data.hazards, name="map-hazards"),
    path("map/hazards/<id:hazard_id>.json", map_data.hazard, name="map-hazard"),
    path("map/workzones.json", zone_data.nearest, name="map-workzones"),
    path("map/workzones/<id:zone_id>.json", zone_data.workzone, name="map-workzone"),
    path("map/changes.json", map_data.changes, name="map-changes"),
    path("payments/stripe/", payments.stripe, name="payments-stripe"),
    path("map/history.json", map_data.history, name="map-history"),
    path("map/search.json", map_search.search, name="map-search"),
    path("images/<picture:frame_id>.jpg", images.image, name="image"),
]
