"""All doors of livestream/."""

from django.urls import include, path

from livestream import api, views

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

STUDIO = [
    path("", views.studio, name="studio"),
    path("plan/", views.plan, name="plan"),
    path("<int:session_id>/pieces/", views.pieces, name="pieces"),
    path("<int:session_id>/pieces/link/", views.link, name="link"),
    path(
        "<int:session_id>/pieces/<int:listing_id>/unlink/", views.unlink, name="unlink"
    ),
    path("<int:session_id>/go-live/", views.run, {"act": "go-live"}, name="go-live"),
    path("<int:session_id>/end/", views.run, {"act": "end"}, name="end"),
    path("<int:session_id>/cancel/", views.run, {"act": "cancel"}, name="cancel"),
    path("<int:session_id>/next/", views.pin_next, name="pin-next"),
    path(
        "<int:session_id>/pieces/<int:listing_id>/pin/",
        views.pin,
        {"act": "pin"},
        name="pin",
    ),
    path(
        "<int:session_id>/pieces/<int:listing_id>/unpin/",
        views.pin,
        {"act": "unpin"},
        name="unpin",
    ),
]

urlpatterns = [
    path("api/v1/", include(API)),
    path("schedule/", views.schedule, name="schedule"),
    path("live/<int:session_id>/calendar.ics", views.calendar, name="calendar"),
    path("hosts/<slug:slug>/", views.host, name="host"),
    path("studio/", include(STUDIO)),
]
