from django.apps import AppConfig


class DonghaiConfig(AppConfig):
    name = "donghai"
    verbose_name = "Donghai"

    def ready(self) -> None:
        from donghai import checks  # noqa: F401 (registers itself)
