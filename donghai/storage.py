"""Static files under hashed names, so that browsers keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Hashes the names in `import` lines, too: else a module would load twice."""

    support_js_module_import_aggregation = True
