"""All doors of livestream/."""

from django.urls import URLPattern, URLResolver, include, path

from livestream import api
from livestream.chat import api as chat_api
from livestream.views import (
    calendars,
    crew,
    following,
    kept,
    market,
    media,
    planning,
    platforms,
    prompter,
    schedule,
    selling,
    studio,
    terms,
    video,
)

app_name = "livestream"

CHAT = [
    path("waiting", chat_api.Waiting.as_view(), name="api-waiting"),
    path("acts", chat_api.Act.as_view(), name="api-chat-act"),
    path("replies", chat_api.Replies.as_view(), name="api-reply"),
    path("slow", chat_api.Slow.as_view(), name="api-slow"),
]

API: list[URLPattern | URLResolver] = [
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
    path("sessions/<int:session_id>/chat", chat_api.Chat.as_view(), name="api-chat"),
    path("sessions/<int:session_id>/chat/", include(CHAT)),
    path(
        "sessions/<int:session_id>/reactions",
        api.Reactions.as_view(),
        name="api-reactions",
    ),
    path("sessions/<int:session_id>/events", api.Events.as_view(), name="events"),
]

CREW = [  # of one session
    path("", crew.crew, name="crew"),
    path("add/", crew.act, {"act": "add"}, name="add-crew"),
    path("link/", crew.act, {"act": "link"}, name="link-crew"),
    path("withdraw/", crew.act, {"act": "withdraw"}, name="withdraw-crew"),
    path("<int:crew_id>/remove/", crew.remove, name="remove-crew"),
    path("chat/", crew.chat, name="chat"),
    path("words/", crew.watched_words, name="chat-words"),
    path("words/<int:word_id>/drop/", crew.drop_word, name="drop-word"),
    path("chat.csv", crew.export, {"what": "chat"}, name="chat-file"),
    path("acts.csv", crew.export, {"what": "acts"}, name="acts-file"),
]

SELLING = [
    path("move/", selling.move, name="move"),
    path("selling/", selling.selling, name="selling"),
    path("share/", selling.share, name="share"),
    path("price/", selling.change_price, name="change-price"),
    path("deal/", selling.start_deal, name="start-deal"),
    path("deal/end/", selling.end_deal, name="end-deal"),
]

STUDIO: list[URLPattern | URLResolver] = [
    path("<int:session_id>/crew/", include(CREW)),
    path("", studio.studio, name="studio"),
    path("plan/", planning.plan, name="plan"),
    path("<int:session_id>/date/", planning.date, name="date"),
    path("<int:session_id>/skip/", planning.skip, name="skip"),
    path("series/<int:series_id>/end/", planning.end, name="end-series"),
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
        kept.link_all,
        name="link-collection",
    ),
    path(
        "<int:session_id>/collections/<int:collection_id>/drop/",
        kept.drop,
        name="drop-collection",
    ),
    path(
        "<int:session_id>/collections/<int:collection_id>/<int:variant_id>/take-out/",
        kept.take_out,
        name="take-out",
    ),
    path("<int:session_id>/phrases/", prompter.phrases, name="phrases"),
    path("<int:session_id>/phrases/match/", prompter.match, name="match-phrase"),
    path("<int:session_id>/phrases/<slug:card>/use/", prompter.use, name="use-phrase"),
    path(
        "<int:session_id>/phrases/<slug:card>/keep/",
        prompter.keep,
        name="keep-phrase",
    ),
    path("<int:session_id>/go-live/", studio.run, {"act": "go-live"}, name="go-live"),
    path("<int:session_id>/end/", studio.run, {"act": "end"}, name="end"),
    path("<int:session_id>/cancel/", studio.run, {"act": "cancel"}, name="cancel"),
    path("<int:session_id>/hand-over/", studio.hand_over, name="hand-over"),
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
    path("<int:session_id>/pieces/<int:listing_id>/", include(SELLING)),
]

VIDEO = [
    path("<int:part>/init", video.init, name="video-init"),
    path("<int:part>/<int:number>", video.fragment, name="video-fragment"),
    path("<int:part>/webm/<int:number>", video.chunk, name="video-chunk"),
]

MEDIA = [
    path("auth", media.auth, name="media-auth"),
    path("event", media.event, name="media-event"),
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
    path("api/v1/media/mediamtx/", include(MEDIA)),
    path("schedule/", schedule.schedule, name="schedule"),
    path("schedule/calendar.ics", calendars.feed, name="feed"),
    path("live/<int:session_id>/calendar.ics", calendars.session, name="calendar"),
    path("live/<int:session_id>/aac/", video.want_aac, name="want-aac"),
    path("hosts/<slug:slug>/", schedule.host, name="host"),
    path("hosts/<slug:slug>/calendar.ics", calendars.host, name="host-feed"),
    path("hosts/<slug:slug>/follow/", following.host, name="follow"),
    path("live/<int:session_id>/remind/", following.session, name="remind"),
    path("follow/confirm/<str:link>/", following.confirm, name="confirm"),
    path("follow/stop/<str:link>/", following.stop, name="stop"),
    path("push.js", following.worker, name="push-worker"),
    path("studio/", include(STUDIO)),
    path("crew/", crew.helping, name="helping"),
    path("crew/<str:token>/", crew.join, name="join-crew"),
    path("stall/<int:merchant_id>/terms/", include(TERMS)),
]
