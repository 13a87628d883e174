"""Addresses below /api/v1/."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from hazardmap.api.v1.changes import Changes, HazardHistory
from hazardmap.api.v1.coverage import Coverage
from hazardmap.api.v1.deliveries import DeadReplay, Deliveries, DeliveryById, DeliveryReplay
from hazardmap.api.v1.evidence import HazardEvidence
from hazardmap.api.v1.export import Export
from hazardmap.api.v1.frames import Frame, Frames, Pair
from hazardmap.api.v1.hazards import HazardById, Hazards, HazardsInRegion
from hazardmap.api.v1.keys import LeakedKeys
from hazardmap.api.v1.usage import Usage
from hazardmap.api.v1.watch_areas import WatchAreaById, WatchAreas
from hazardmap.api.v1.ways import HazardsAhead, HazardsAlongRoute
from hazardmap.api.v1.webhooks import (
    EndpointById,
    EndpointEnable,
    EndpointPause,
    Endpoints,
    EndpointSecret,
    EndpointTest,
)
from hazardmap.api.v1.workzones import WorkZoneById, WorkZones
from hazardmap.platform.limited import limited
from hazardmap.platform.no_parameters import no_parameters

DESCRIPTIONS_PER_MINUTE = 120

urlpatterns = [
    path("frames", Frames.as_view(), name="frames"),
    path("frames/<id:frame_id>", Frame.as_view(), name="frame"),
    path("pair", Pair.as_view(), name="pair"),
    path("hazards", Hazards.as_view(), name="hazards"),
    path("hazards/in-region", HazardsInRegion.as_view(), name="hazards-in-region"),
    path("hazards/along-route", HazardsAlongRoute.as_view(), name="hazards-along-route"),
    path("hazards/ahead", HazardsAhead.as_view(), name="hazards-ahead"),
    path("hazards/export", Export.as_view(), name="hazards-export"),
    path("hazards/<id:hazard_id>", HazardById.as_view(), name="api-hazard"),
    path("hazards/<id:hazard_id>/changes", HazardHistory.as_view(), name="hazard-changes"),
    path("hazards/<id:hazard_id>/evidence", HazardEvidence.as_view(), name="hazard-evidence"),
    path("workzones", WorkZones.as_view(), name="workzones"),
    path("workzones/<id:zone_id>", WorkZoneById.as_view(), name="workzone"),
    path("coverage", Coverage.as_view(), name="coverage"),
    path("changes", Changes.as_view(), name="changes"),
    path("usage", Usage.as_view(), name="usage"),
    path("watch-areas", WatchAreas.as_view(), name="watch-areas"),
    path("watch-areas/<id:watch_id>", WatchAreaById.as_view(), name="watch-area"),
    path("webhooks", Endpoints.as_view(), name="webhooks"),
    path("webhooks/<id:endpoint_id>", EndpointById.as_view(), name="webhook"),
    path("webhooks/<id:endpoint_id>/secret", EndpointSecret.as_view(), name="webhook-secret"),
    path("webhooks/<id:endpoint_id>/pause", EndpointPause.as_view(), name="webhook-pause"),
    path("webhooks/<id:endpoint_id>/enable", EndpointEnable.as_view(), name="webhook-enable"),
    path("webhooks/<id:endpoint_id>/test", EndpointTest.as_view(), name="webhook-test"),
    path("webhooks/<id:endpoint_id>/deliveries", Deliveries.as_view(), name="deliveries"),
    path("webhooks/<id:endpoint_id>/replay", DeadReplay.as_view(), name="deliveries-replay"),
    path("deliveries/<id:delivery_id>", DeliveryById.as_view(), name="delivery"),
    path("deliveries/<id:delivery_id>/replay", DeliveryReplay.as_view(), name="delivery-replay"),
    path("keys/leaked", LeakedKeys.as_view(), name="leaked-keys"),
    path(
        "openapi.json",
        limited("descriptions of the API", DESCRIPTIONS_PER_MINUTE)(
            no_parameters(
                SpectacularJSONAPIView.as_view(permission_classes=[], authentication_classes=[])
            )
        ),
        name="openapi",
    ),
]
