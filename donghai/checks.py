"""What must not start: an unsafe production, a database that garbles Chinese."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

SANDBOXES = ("PAYMENT_PROVIDER", "CUSTOMS_WINDOW", "CARRIER", "FX_BANK", "TRANSLATOR")
MAKE_KEY = (
    "manage.py shell -c 'from livestream.schedule import push; print(push.new_key())'"
)


@register()
def production_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """In production: an own secret, no DEBUG, no sandbox, named hosts."""
    if not settings.PRODUCTION:
        return []
    faults = []
    if settings.SECRET_KEY == settings.DEFAULT_SECRET_KEY:
        faults.append(("SECRET_KEY is the default one", "set your own in SECRET_KEY"))
    if settings.DEBUG:
        faults.append(("DEBUG is on", "unset DEBUG"))
    if not settings.ALLOWED_HOSTS:
        faults.append(("ALLOWED_HOSTS is empty", "name the site's hosts"))
    faults += [
        (f"{name} is on", f"unset {name}")
        for name in ("WEBHOOKS_TO_LOOPBACK", "PUSH_TO_LOOPBACK")
        if getattr(settings, name)
    ]
    faults += _faults_of_notifications()
    faults += [
        (f"{name} is a sandbox", f"name a real adapter in {name}")
        for name in SANDBOXES
        if getattr(settings, name) == "sandbox"
    ]
    if settings.MEDIA_ENGINE == "mediamtx":
        faults += _faults_of_mediamtx()
    return [
        Error(text, hint=hint, id=f"donghai.E{number:03}")
        for number, (text, hint) in enumerate(faults, start=1)
    ]


def _faults_of_notifications() -> list[tuple[str, str]]:
    """Push services want to know who sends, and that it is the same as ever."""
    faults = []
    if not settings.VAPID_PRIVATE_KEY:
        faults.append(("VAPID_PRIVATE_KEY is not set", f"make one: {MAKE_KEY}"))
    if not settings.VAPID_SUBJECT.startswith(("mailto:", "https:")):
        faults.append(("VAPID_SUBJECT names nobody", "set mailto:you@your.site"))
    return faults


def _faults_of_mediamtx() -> list[tuple[str, str]]:
    """Cameras work only over https, and a door without a secret stays shut."""
    faults = [
        (f"{name} is not https", f"name the media server's https address in {name}")
        for name in ("MEDIAMTX_WHIP_URL", "MEDIAMTX_HLS_URL")
        if not getattr(settings, name).startswith("https://")
    ]
    if len(settings.MEDIAMTX_HOOK_SECRET) < 20:
        hint = "set a long random one, here and in mediamtx.yml"
        faults.append(("MEDIAMTX_HOOK_SECRET is empty or short", hint))
    return faults


@register("database")
def database_is_utf8(
    app_configs: Any, databases: Any = None, **kwargs: Any
) -> list[CheckMessage]:
    """PostgreSQL with UTF8 as its encoding; any other loses names."""
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            encoding = cursor.fetchone()[0]
        if encoding != "UTF8":
            return [
                Error(
                    f"the database is {encoding}, not UTF8",
                    hint="CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
                    id="donghai.E020",
                )
            ]
    return []


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured, naming each fault, before anything is served."""
    _refuse(production_is_safe(None))


def refuse_garbling_database() -> None:
    """The same for production's database, once it can be asked."""
    if settings.PRODUCTION:
        _refuse(database_is_utf8(None, ["default"]))


def _refuse(faults: list[CheckMessage]) -> None:
    if faults:
        raise ImproperlyConfigured("; ".join(f"{x.msg}: {x.hint}" for x in faults))
