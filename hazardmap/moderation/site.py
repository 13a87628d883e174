from django.contrib.admin.apps import AdminConfig


class HazardmapAdmin(AdminConfig):
    default_site = "hazardmap.moderation.admin_site.ModerationSite"
