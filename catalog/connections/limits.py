"""How many requests a token may make a minute, counted in Redis for all processes.

Windows are whole minutes. A counter is no truth of ours: with Redis away everybody is
let in, and the log says so.
"""

import logging
import time
from functools import cache

import redis
from django.conf import settings

log = logging.getLogger(__name__)

WINDOW = 60
PATIENCE = 1.0  # seconds that a request waits for the counter


def seconds_to_wait(token_id: int) -> int:
    """Count one request of a token; 0 when it may go on."""
    window, gone = divmod(int(time.time()), WINDOW)
    key = f"api:{token_id}:{window}"
    try:
        with _client().pipeline(transaction=False) as both:
            both.incr(key)
            both.expire(key, 2 * WINDOW)
            made, _ = both.execute()
    except redis.RedisError as error:
        log.warning("requests not counted", extra={"error": type(error).__name__})
        return 0
    return 0 if made <= settings.API_REQUESTS_A_MINUTE else WINDOW - gone


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
    )
