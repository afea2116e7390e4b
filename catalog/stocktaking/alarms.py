"""What has become scarce: noticed by a round, told by e-mail once a morning.

Holds cost nothing for it: the round compares stock with `alarm_at` now and then.
A variant enters `LowStock` when fewer are free than its merchant wants and leaves it
when enough are there again, so that it is told once each time it runs low.
"""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from catalog.merchants.models import Merchant
from catalog.products.models import Variant
from catalog.stocktaking.models import LowStock
from donghai import sql, steps
from donghai.steps.models import Step

TELL = "catalog.tell_low_stock"
TOLD_AT = time(8)  # in Donghai: before the stall opens, after the night's sales
SOON = timedelta(minutes=10)
MOST_SAID = 100  # lines of one mail; the page has them all
FREE = F("stock__on_hand") - F("stock__allocated") - F("stock__reserved")

NOTICE_SQL = """
WITH new AS (
    INSERT INTO catalog_lowstock (variant_id, since)
    SELECT v.id, %(now)s FROM catalog_variant v
    JOIN catalog_stocklevel s ON s.variant_id = v.id
    WHERE v.alarm_at IS NOT NULL AND v.withdrawn_at IS NULL
      AND s.on_hand - s.allocated - s.reserved < v.alarm_at
    ON CONFLICT DO NOTHING
    RETURNING variant_id)
SELECT v.merchant_id, count(*) AS variants
FROM new JOIN catalog_variant v ON v.id = new.variant_id
GROUP BY 1 ORDER BY 1
"""

OVER_SQL = """
DELETE FROM catalog_lowstock l
USING catalog_variant v JOIN catalog_stocklevel s ON s.variant_id = v.id
WHERE v.id = l.variant_id
  AND (v.alarm_at IS NULL OR v.withdrawn_at IS NOT NULL
       OR s.on_hand - s.allocated - s.reserved >= v.alarm_at)
"""


def low(merchant: Merchant) -> Any:
    """Variants of which fewer are free than the merchant wants, by this moment."""
    wanted = merchant.variants.filter(withdrawn_at=None, alarm_at__isnull=False)
    return wanted.annotate(free_now=FREE).filter(free_now__lt=F("alarm_at"))


def set_alarm(*, variant_id: int, alarm_at: int | None) -> None:
    """Warn when fewer are left; None warns never."""
    Variant.objects.filter(pk=variant_id).update(alarm_at=alarm_at)


@transaction.atomic
def look() -> int:
    """Notice what ran low and what came back; safe to run twice at once.

    Schedules one mail a merchant for the next morning. Returns how many are newly low.
    """
    now = timezone.now()
    sql.change(OVER_SQL)
    new = sql.rows(NOTICE_SQL, now=now)
    due = _next_morning(now)
    day = due.astimezone(ZoneInfo(settings.HOME_ZONE)).date()
    for low_of in new:
        steps.schedule(TELL, subject_id=low_of.merchant_id, key=f"{day}", due_at=due)
    return sum(low_of.variants for low_of in new)


def tell(step: Step) -> None:
    """Mail a merchant's members what ran low since the last mail, if it still is.

    What is told is marked with the step's end. A worker that dies between the two sends
    the mail again with the same Message-ID: one mail to any mailbox.
    """
    merchant = Merchant.objects.get(pk=step.subject_id)
    untold = LowStock.objects.filter(variant__merchant=merchant, told_at=None)
    ids = list(untold.values_list("pk", flat=True))
    scarce = low(merchant).filter(pk__in=ids).order_by("free_now", "pk")
    variants = list(scarce.select_related("product")[:MOST_SAID])
    if variants:
        with translation.override(merchant.language):
            _mail(step, merchant, variants)
    with steps.finishing(step):
        LowStock.objects.filter(pk__in=ids).update(told_at=timezone.now())


def _mail(step: Step, merchant: Merchant, variants: list[Variant]) -> None:
    subject = ngettext("%(n)s piece runs low", "%(n)s pieces run low", len(variants))
    page = reverse("catalog:stock", args=[merchant.pk], query={"show": "low"})
    words = render_to_string(
        "catalog/stocktaking/low_mail.txt",
        {
            "merchant": merchant,
            "variants": variants,
            "link": f"{settings.SITE_URL}{page}",
        },
    )
    host = settings.SITE_URL.partition("//")[2].partition(":")[0]
    mail = EmailMessage(
        f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject % {'n': len(variants)}}",
        words,
        to=[],
        bcc=list(merchant.members.values_list("user__email", flat=True)),
        headers={"Message-ID": f"<{step.reference.replace('/', '.')}@{host}>"},
    )
    mail.send()


def _next_morning(now: datetime) -> datetime:
    """Not one that comes so soon that its mail may be on its way already."""
    here = now.astimezone(ZoneInfo(settings.HOME_ZONE))
    morning = datetime.combine(here.date(), TOLD_AT, here.tzinfo)
    return morning if here < morning - SOON else morning + timedelta(days=1)
