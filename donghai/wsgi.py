"""Django's own door: every page and JSON answer. `donghai.asgi` calls it in threads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "donghai.settings")
application = get_wsgi_application()

from donghai import checks  # noqa: E402 (settings must be ready)

checks.refuse_garbling_database()
