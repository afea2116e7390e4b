"""What the program says of platforms when it is new (see migration `platforms_known`).

Here so that it can be translated; what staff writes over it is shown as written.
"""

from django.utils.translation import gettext_noop

SHIPPED = (
    gettext_noop("Another server"),
    gettext_noop(
        "The rules seen (Indonesia) forbid sending the same show to several platforms "
        "and pointing buyers elsewhere; both cost points or end the show. Other "
        "countries may differ."
    ),
    gettext_noop("Seen in practice; no rule was found that allows it."),
    gettext_noop(
        "Its rules were not read yet. Live streams may need an account that was "
        "verified a day before."
    ),
    gettext_noop("Its rules were not read yet. Its shopping rules differ by country."),
    gettext_noop("Its rules were not read yet. The picture must be upright."),
    gettext_noop("Its rules were not read yet."),
    gettext_noop("A server of your own, or one not listed here: read its rules first."),
)
