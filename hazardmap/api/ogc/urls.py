"""Addresses below /ogc/."""

from django.urls import path

from hazardmap.api.ogc import views

urlpatterns = [
    path("", views.Landing.as_view(), name="ogc-landing"),
    path("api", views.Document.as_view(), name="ogc-document"),
    path("conformance", views.Conformance.as_view(), name="ogc-conformance"),
    path("collections", views.Collections.as_view(), name="ogc-collections"),
    path("collections/<str:collection_id>", views.CollectionById.as_view(), name="ogc-collection"),
    path("collections/<str:collection_id>/items", views.Items.as_view(), name="ogc-items"),
    path(
        "collections/<str:collection_id>/items/<str:feature_id>",
        views.Item.as_view(),
        name="ogc-item",
    ),
]
