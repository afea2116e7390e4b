"""Who may do what in the admin. A duty at the centre decides, never a flag."""

from collections.abc import Collection
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

from donghai.models import StaffMember

Duty = StaffMember.Duty
Duties = Collection[Duty]

STAFF: Duties = frozenset(Duty)
CLERKS: Duties = frozenset({Duty.CLERK, Duty.ADMIN})
ACCOUNTANTS: Duties = frozenset({Duty.ACCOUNTANT, Duty.ADMIN})
ADMINS: Duties = frozenset({Duty.ADMIN})
NOBODY: Duties = frozenset()


def duty_of(user: Any) -> Duty | None:
    """Today's duty of somebody the centre employs; None for everybody else."""
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return None
    return Duty(user.staff_member.duty)


def may(request: HttpRequest, duties: Duties) -> bool:
    """Whether the person asking has one of these duties."""
    return duty_of(request.user) in duties


def lacks_second_factor(user: Any) -> bool:
    """Whether staff must still set up a second factor before the door opens."""
    return settings.STAFF_NEED_MFA and not is_mfa_enabled(user)
