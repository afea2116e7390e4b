"""Where files lie: static ones under hashed names, and those that nobody may fetch."""

from functools import cache
from typing import Any

from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.storage import Storage, storages
from whitenoise.storage import CompressedManifestStaticFilesStorage


def private_files() -> Storage:
    """Files without an address: licences, originals, sheets. A view hands them out."""
    return storages["private"]


class RemembersAddresses(StaticFilesStorage):
    """A page asks for the address of its icons dozens of times; they never change."""

    @cache  # noqa: B019 (there is one storage, for as long as the process lives)
    def url(self, name: str | None, *args: Any) -> str:
        return super().url(name, *args)


class PlainStaticFiles(RemembersAddresses):
    """Under their own names, for development and tests."""


class HashedStaticFiles(RemembersAddresses, CompressedManifestStaticFilesStorage):
    """Hashes the names in `import` lines, too: else a module would load twice."""

    support_js_module_import_aggregation = True
