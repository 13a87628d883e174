"""Django REST framework and its schema."""

from uuid import UUID

from hazardmap.core.kinds import KINDS, NAMES

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["hazardmap.api.rendering.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "hazardmap.api.negotiation.OneShape",
    "UNICODE_JSON": False,  # half a surrogate pair, sent back in an error, has no UTF-8
    "EXCEPTION_HANDLER": "hazardmap.api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "hazardmap",
    "VERSION": "1",
    "DESCRIPTION": "Live road hazards with calibrated probabilities.",
    "TOS": "/terms/",
    "LICENSE": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
    "SERVERS": [{"url": "/", "description": "whoever serves this document"}],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "OAS_VERSION": "3.1.1",
    "PATH_CONVERTER_OVERRIDES": {"id": UUID},
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "hazardmap.api.schema.describe_problems",
        "hazardmap.api.messages.describe_messages",
        "hazardmap.api.titles.entitle",
    ],
    "WEBHOOKS": "hazardmap.api.messages.WEBHOOKS",
    "ENUM_NAME_OVERRIDES": {
        "FrameStateEnum": ["received", "detected", "rejected"],
        "DeliveryStateEnum": ["waiting", "delivered", "dead"],
        "KindEnum": sorted(KINDS),
        "KindOrGroupEnum": list(NAMES),
        "HazardStateEnum": ["candidate", "active", "fading", "cleared", "expired"],
        "FeatureTypeEnum": ["Feature"],
        "LineTypeEnum": ["LineString", "MultiLineString"],
        "OutlineTypeEnum": ["Polygon", "MultiPolygon"],
        "RouteTypeEnum": ["LineString"],
        "PointTypeEnum": ["Point"],
        "FeatureCollectionTypeEnum": ["FeatureCollection"],
    },
}
