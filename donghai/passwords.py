"""What a password must be, in words that Django has not in Chinese."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """Django's own check of the length."""

    def get_error_message(self) -> str:
        return ngettext(
            "The password needs %(least)s character at least.",
            "The password needs %(least)s characters at least.",
            self.min_length,
        ) % {"least": self.min_length}
