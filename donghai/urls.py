"""All doors, by app. Apps are named by strings: this package imports none."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.static import serve
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from donghai import health

handler400 = "donghai.refusals.bad_request"
handler500 = "donghai.refusals.server_error"

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("", include("orders.urls")),
    path("", include("livestream.urls")),
    path("", include("catalog.urls")),
    path("", include("hosts.urls")),
]
if not settings.PRODUCTION:  # there nginx or a CDN serves them, never Django
    files = {"document_root": settings.MEDIA_ROOT}
    urlpatterns += [path("media/<path:path>", serve, files)]
