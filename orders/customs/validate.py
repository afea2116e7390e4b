"""Our own schema check of a message before it leaves, with the findings in words."""

from django.utils.translation import gettext_lazy as _
from lxml import etree

from donghai.errors import Refused
from orders.customs import schema


class NotValid(Refused):
    """What customs' schema would refuse."""

    code = "customs_message_not_valid"
    title = _("Customs would refuse the form of message %(message)s: %(findings)s")


def findings(content: bytes) -> list[str]:
    """What is wrong with a message, one sentence each; empty when nothing is."""
    root = etree.fromstring(content)
    message = etree.QName(root).localname
    judge = schema.load(message)
    if judge.validate(root):
        return []
    return [_in_words(str(entry.message)) for entry in judge.error_log]


def check(content: bytes) -> None:
    """Raise NotValid unless the message is as the schema wants it."""
    found = findings(content)
    if found:
        message = etree.QName(etree.fromstring(content)).localname
        raise NotValid(message=message, findings=" ".join(found))


def _in_words(complaint: str) -> str:
    """libxml2 says `Element '{namespace}gcode': ...`; people want the Chinese name."""
    plain = complaint.replace(f"{{{schema.NAMESPACE}}}", "")
    subject, colon, rest = plain.partition(": ")
    element = subject.removeprefix("Element ").strip("'")
    label = schema.label(element)
    return f"{element} ({label}): {rest}" if colon and label else plain
