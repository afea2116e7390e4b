"""What a host may do."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from hosts.models import Host, Language


class NotCertified(Refused):
    code = "not_certified"
    title = _("There is no valid certificate for presenting in %(language)s.")
    status = 403


def may_present(host: Host, *, language: str, on: date) -> bool:
    """Whether a certificate of level B1 or better is in force on that day."""
    return host.languages.certified_on(on).filter(language=language).exists()


def require_right_to_present(host: Host, *, language: str, on: date) -> None:
    """Raise NotCertified unless the host may present in `language` on that day."""
    if not may_present(host, language=language, on=on):
        raise NotCertified(language=Language(language).label, code=language)
