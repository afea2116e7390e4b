"""Where a parcel goes: an address that the post can read and the price was made for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from livestream.chat.services import plain_text

# As the post of the markets writes them, without spaces
POSTCODES = {
    "US": r"\d{5}(-\d{4})?",
    "DE": r"\d{5}",
    "MX": r"\d{5}",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}",
}


class WrongDestination(Refused):
    code = "wrong_destination"
    title = _("The price was made for %(place)s. Ask for one for your address.")
    status = 422


class BadPostcode(Refused):
    code = "bad_postcode"
    title = _("The post needs the postcode, as it is written in that country.")
    status = 422


class IncompleteAddress(Refused):
    code = "incomplete_address"
    title = _("The post needs a name, a street and a city.")
    status = 422


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes."""

    name: str
    street: str
    city: str
    country: str
    region: str = ""
    postcode: str = ""
    phone: str = ""


def address_from(fields: Mapping[str, str]) -> Address:
    """An address from validated input, its country in capitals.

    Marks that nobody sees are left out: they would turn a line on the label around.
    Refuses with IncompleteAddress when nothing else was there.
    """
    plain = {name: plain_text(text) for name, text in fields.items()}
    if not all(plain[name] for name in ("name", "street", "city")):
        raise IncompleteAddress()
    return Address(**{**plain, "country": plain["country"].upper()})


def require_destination(address: Address, country: str, postcode: str) -> None:
    """The price was made for this place, and the post can find it."""
    written = address.postcode.replace(" ", "").upper()
    quoted = postcode.replace(" ", "").upper()
    if address.country != country or (quoted and written != quoted):
        raise WrongDestination(place=f"{country} {postcode}".strip())
    pattern = POSTCODES.get(country)
    if pattern and not re.fullmatch(pattern, written):
        raise BadPostcode()
