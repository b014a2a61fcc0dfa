"""Addresses of the HSDS API, under /hsds/v3/."""

from django.urls import path, re_path

from api.hsds import document, views

urlpatterns = [
    path("", views.root),
    path("profile", document.profile),
    path("openapi.json", document.openapi),
    path("services", views.services),
    path("services/<str:id>", views.service),
    path("organizations", views.organizations),
    path("organizations/<str:id>", views.organization),
    path("service_at_locations", views.service_at_locations),
    path("service_at_locations/<str:id>", views.service_at_location),
    path("taxonomies", views.taxonomies),
    path("taxonomies/<str:id>", views.taxonomy),
    path("taxonomy_terms", views.taxonomy_terms),
    path("taxonomy_terms/<str:id>", views.taxonomy_term),
    re_path(r"^(?P<rest>.*)$", views.nothing),
]
