"""A rule that says no. Anything else that is raised is a bug and travels up."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise


class Refused(Exception):
    """Said no, changed nothing. Subclasses stand beside the service that raises them.

    `code` is stable and for programs; `title` is a translatable sentence for people,
    with `%(name)s` places filled from `details`; `status` is what HTTP answers.
    """

    code: ClassVar[str] = "refused"
    title: ClassVar[str | Promise] = "Refused"
    status: ClassVar[int] = 409

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details: Mapping[str, Any] = details

    def __str__(self) -> str:
        return str(self.title) % self.details if self.details else str(self.title)
