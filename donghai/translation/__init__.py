"""Free text into other languages, by the adapter that TRANSLATOR names.

translator  the adapter at work; it may translate nothing at all
Translator  what an adapter promises
NotTranslated  the outside service didn't, and why
"""

from donghai.translation.adapters import NotTranslated, Translator, translator

__all__ = ["NotTranslated", "Translator", "translator"]
