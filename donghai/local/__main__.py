"""`python -m donghai.local ensure|stop|urls|tidy`: the embedded servers by hand."""

import argparse
import sys

from donghai.local import servers, supervisor
from donghai.local.places import DoesNotStart, database_url, redis_url


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m donghai.local", description=__doc__
    )
    parser.add_argument("action", choices=["ensure", "stop", "urls", "tidy"])
    parser.add_argument("folder", nargs="?", help="default: DONGHAI_VAR, or var")
    asked = parser.parse_args()
    try:
        if asked.action == "ensure":
            servers.ensure(asked.folder)
        elif asked.action == "stop":
            return servers.stop(asked.folder)
        elif asked.action == "tidy":
            return supervisor.tidy(asked.folder)
    except DoesNotStart as reason:
        sys.exit(str(reason))
    print(f"DATABASE_URL={database_url(asked.folder)}")
    print(f"REDIS_URL={redis_url(asked.folder)}")


if __name__ == "__main__":
    main()
