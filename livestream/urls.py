"""All doors of livestream/."""

from django.urls import include, path

from livestream import api

app_name = "livestream"

API = [
    path("sessions", api.Sessions.as_view(), name="api-sessions"),
    path("sessions/<int:session_id>", api.ShowSession.as_view(), name="api-session"),
    path("sessions/<int:session_id>/start", api.Start.as_view(), name="api-start"),
    path("sessions/<int:session_id>/end", api.End.as_view(), name="api-end"),
    path(
        "sessions/<int:session_id>/listings",
        api.Listings.as_view(),
        name="api-listings",
    ),
    path("sessions/<int:session_id>/pin", api.Pin.as_view(), name="api-pin"),
    path("sessions/<int:session_id>/chat", api.Chat.as_view(), name="api-chat"),
    path("sessions/<int:session_id>/events", api.Events.as_view(), name="events"),
]

urlpatterns = [path("api/v1/", include(API))]
