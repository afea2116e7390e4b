from django.apps import AppConfig
from django.contrib.admin import apps as admin


class DonghaiConfig(AppConfig):
    name = "donghai"
    verbose_name = "Donghai"

    def ready(self) -> None:
        from donghai import checks

        checks.refuse_unsafe_start()


class SiteConfig(admin.AdminConfig):
    """Django's admin behind our own door."""

    default = False
    default_site = "donghai.backoffice.site.Site"
