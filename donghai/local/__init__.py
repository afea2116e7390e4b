"""Real servers and processes on one machine, for development and tests.

`bin/run`, the tests and the measurements need PostgreSQL and Redis, so both come as
wheels and live in one folder (`var/`, or DONGHAI_VAR) unless DATABASE_URL and REDIS_URL
name others. In production nothing here is used.
"""

from donghai.local.machine import cores
from donghai.local.places import (
    broker_url,
    database_url,
    default_folder,
    redis_url,
)

__all__ = ["broker_url", "cores", "database_url", "default_folder", "redis_url"]
