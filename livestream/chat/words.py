"""What viewers may not write: words by language, web addresses, telephone numbers."""

import re
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donghai.errors import Refused
from hosts.models import Host
from livestream.chat.folding import has_phrase, plain, words
from livestream.chat.models import ChatWord

MOST_OF_A_HOST = 200
# Ends of addresses; the second kind are words, too, and need a path behind them
ENDINGS = (
    "com|net|org|info|biz|shop|store|online|site|xyz|cn|ru|fr|mx|jp|kr|uk|io|ly|gg|cc"
)
WORDLIKE = "me|de|es|it|us|to|ca|au|br|tv|co|app|link|live|page|top|vip|club|[a-z]{2}"
LINK = re.compile(
    r"h(?:tt|xx)ps?:|www\s?\.|\b[a-z0-9-]{1,63}\s?\.\s?"
    rf"(?:(?:{ENDINGS})\b|(?:{WORDLIKE})\s?/\s?\w)"
)
# A stop between two sentences is no address: "it is heated. it looks" stays unharmed
SENTENCE = re.compile(r"\b\w+\.\s+\w+")
PHONE = re.compile(r"\+?\d(?:[\s().\-/]{0,3}\d){8,}")


class WordRefused(Refused):
    code = "word_refused"
    title = _("Please write it without “%(word)s”.")
    status = 422


class NoContacts(Refused):
    code = "no_contacts"
    title = _(
        "No web addresses or telephone numbers here, please: ask in the chat, "
        "the host answers."
    )
    status = 422


class TooManyWords(Refused):
    code = "too_many_words"
    title = _("That is enough words. Remove some first.")


@dataclass(frozen=True, slots=True)
class Watched:
    kind: str
    word: str
    act: str

    def found_in(self, text: str) -> bool:
        if self.kind == ChatWord.Kind.LINK:
            return has_link(text)
        if self.kind == ChatWord.Kind.PHONE:
            return bool(PHONE.search(plain(text)))
        return has_phrase(text, self.word)


def has_link(text: str) -> bool:
    """A web address, also one with blanks around its stops."""
    bare = plain(text).replace("。", ".")
    return bool(LINK.search(bare if "://" in bare else SENTENCE.sub(" ", bare)))


def judge(text: str, *, host_id: int, language: str) -> bool:
    """Whether a line must wait for the crew.

    Refuses with WordRefused or NoContacts what may not be said at all.
    """
    found = [one for one in watched(host_id, language) if one.found_in(text)]
    for one in found:
        if one.act == ChatWord.Act.REFUSE:
            if one.kind == ChatWord.Kind.WORD:
                raise WordRefused(word=one.word)
            raise NoContacts()
    return bool(found)


def watched(host_id: int, language: str) -> list[Watched]:
    """The house's words and the host's, of this language and of any."""
    rows = ChatWord.objects.filter(
        Q(host=None) | Q(host=host_id), language__in=("", language)
    )
    return [Watched(*row) for row in rows.values_list("kind", "word", "act")]


@transaction.atomic
def add(*, host: Host, word: str, language: str, act: str) -> ChatWord:
    """Watch a word in all of a host's sessions; one that is there gets the new act.

    Locks the host. Refuses with TooManyWords.
    """
    Host.objects.select_for_update(no_key=True).get(pk=host.pk)
    if not words(word):
        raise WordRefused(word=word)
    if host.chat_words.count() >= MOST_OF_A_HOST:
        raise TooManyWords()
    kept, _is_new = ChatWord.objects.update_or_create(
        host=host,
        kind=ChatWord.Kind.WORD,
        word=" ".join(word.split()),
        language=language,
        defaults={"act": act},
    )
    return kept


def drop(*, host: Host, word_id: int) -> bool:
    """Watch a host's word no more. False for a word that isn't hers."""
    gone, _by_model = host.chat_words.filter(pk=word_id).delete()
    return bool(gone)
