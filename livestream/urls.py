"""All doors of livestream/."""

from django.urls import include, path

from livestream import api
from livestream.views import kept, market, platforms, schedule, studio, terms, video

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
    path("", studio.studio, name="studio"),
    path("plan/", studio.plan, name="plan"),
    path("market/", market.market, name="market"),
    path("<int:session_id>/pieces/", market.pieces, name="pieces"),
    path("<int:session_id>/pieces/link/", market.link, name="link"),
    path("<int:session_id>/pieces/collect/", kept.collect, name="collect"),
    path("<int:session_id>/pieces/of/<int:variant_id>/", market.piece, name="piece"),
    path(
        "<int:session_id>/pieces/<int:listing_id>/unlink/",
        market.unlink,
        name="unlink",
    ),
    path(
        "<int:session_id>/collections/<int:collection_id>/link/",
        kept.collection,
        {"act": "link"},
        name="link-collection",
    ),
    path(
        "<int:session_id>/collections/<int:collection_id>/drop/",
        kept.collection,
        {"act": "drop"},
        name="drop-collection",
    ),
    path(
        "<int:session_id>/collections/<int:collection_id>/<int:variant_id>/take-out/",
        kept.take_out,
        name="take-out",
    ),
    path("<int:session_id>/go-live/", studio.run, {"act": "go-live"}, name="go-live"),
    path("<int:session_id>/end/", studio.run, {"act": "end"}, name="end"),
    path("<int:session_id>/cancel/", studio.run, {"act": "cancel"}, name="cancel"),
    path("<int:session_id>/camera/", video.camera, name="camera"),
    path("channels/", platforms.channels, name="channels"),
    path(
        "channels/<int:destination_id>/remove/",
        platforms.remove,
        name="remove-channel",
    ),
    path("<int:session_id>/platforms/", platforms.panel, name="platforms"),
    path(
        "<int:session_id>/platforms/<int:destination_id>/start/",
        platforms.start,
        name="start-push",
    ),
    path(
        "<int:session_id>/pushes/<int:push_id>/stop/",
        platforms.stop,
        name="stop-push",
    ),
    path("<int:session_id>/next/", studio.pin_next, name="pin-next"),
    path(
        "<int:session_id>/pieces/<int:listing_id>/pin/",
        studio.pin,
        {"act": "pin"},
        name="pin",
    ),
    path(
        "<int:session_id>/pieces/<int:listing_id>/unpin/",
        studio.pin,
        {"act": "unpin"},
        name="unpin",
    ),
]

VIDEO = [
    path("<int:part>/init", video.init, name="video-init"),
    path("<int:part>/<int:number>", video.fragment, name="video-fragment"),
    path("<int:part>/webm/<int:number>", video.chunk, name="video-chunk"),
]

TERMS = [
    path("", terms.terms, name="terms"),
    path("agree/", terms.agree, name="agree-terms"),
    path("hosts/", terms.hosts, name="terms-hosts"),
    path("<int:terms_id>/end/", terms.end, name="end-terms"),
]

urlpatterns = [
    path("api/v1/", include(API)),
    path("api/v1/video/<int:stream_id>/", include(VIDEO)),
    path("schedule/", schedule.schedule, name="schedule"),
    path("live/<int:session_id>/calendar.ics", schedule.calendar, name="calendar"),
    path("live/<int:session_id>/aac/", video.want_aac, name="want-aac"),
    path("hosts/<slug:slug>/", schedule.host, name="host"),
    path("studio/", include(STUDIO)),
    path("stall/<int:merchant_id>/terms/", include(TERMS)),
]
