"""What the chat forgets: how fast people wrote, and where they wrote from."""

from datetime import timedelta

from django.utils import timezone

from livestream.chat.models import ChatBan, ChatLine, ChatPace

PACE_LASTS = timedelta(hours=1)  # by then the longest wait, slow mode's minute, is over
# A crew can ban of a line for a week after the session; the centre's staff have the
# rest of the month to look into a complaint.
ADDRESS_LASTS = timedelta(days=30)


def forget_old() -> None:
    """A round: paces nothing waits for, and addresses no ban can come of any more.

    A ban that stands keeps its address, as it would be none without.
    """
    now = timezone.now()
    ChatPace.objects.filter(said_at__lt=now - PACE_LASTS).delete()
    before = now - ADDRESS_LASTS
    lines = ChatLine.objects.filter(said_at__lt=before).exclude(address_hash="")
    lines.update(address_hash="")
    lifted = ChatBan.objects.filter(lifted_at__lt=before).exclude(address_hash="")
    lifted.update(address_hash="")
