"""`python -m donghai.local ensure|stop|urls`: the embedded servers by hand."""

import argparse
import sys

from donghai.local import servers
from donghai.local.places import DoesNotStart, database_url, redis_url


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m donghai.local", description=__doc__
    )
    parser.add_argument("action", choices=["ensure", "stop", "urls"])
    parser.add_argument("folder", nargs="?", help="default: DONGHAI_VAR, or var")
    asked = parser.parse_args()
    try:
        if asked.action == "ensure":
            servers.ensure(asked.folder)
        if asked.action == "stop":
            servers.stop(asked.folder)
            return 0
    except DoesNotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"DATABASE_URL={database_url(asked.folder)}")
    print(f"REDIS_URL={redis_url(asked.folder)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
