"""Whether a line asks something: by its mark in any script, or a word for asking."""

import re

from livestream.chat.folding import has_phrase

MARKS = re.compile(r"[?？؟¿⁇⁈⁉՞፧]")
ASKING = {
    "en": (
        *("what is", "what size", "how much", "how many", "how long", "how big"),
        *("is it", "is this", "is that", "can you", "can i", "do you", "does it"),
        *("where is", "where from", "when is", "which one", "are they"),
    ),
    "es": ("cuánto", "cuántos", "cuál", "cómo", "dónde", "cuándo", "qué tamaño"),
    "de": ("wie viel", "wieviel", "wie groß", "woher", "welche", "ist das", "gibt es"),
    "fr": ("combien", "est-ce que", "quelle taille", "d'où", "comment", "avez-vous"),
    "pt-br": ("quanto", "quantos", "qual", "como", "onde", "quando", "que tamanho"),
    "ru": ("сколько", "какой", "какая", "откуда", "где", "когда", "можно ли"),
    "ar": ("كم", "هل", "أين", "متى", "كيف", "ما هو", "ما هي"),
    "ja": ("いくら", "ですか", "ますか", "どこ", "いつ", "何", "サイズは"),
    "ko": ("얼마", "인가요", "나요", "까요", "어디", "언제", "몇"),
    "zh-hans": ("多少", "什么", "怎么", "哪里", "哪个", "吗", "几", "能不能", "有没有"),
}


def is_question(text: str, language: str) -> bool:
    """Asked in the session's language or in English, or with a question mark."""
    if MARKS.search(text):
        return True
    phrases = (*ASKING.get(language, ()), *ASKING["en"])
    return any(has_phrase(text, phrase) for phrase in phrases)
