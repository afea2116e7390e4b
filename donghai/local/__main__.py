"""The embedded servers by hand.

python -m donghai.local ensure         start them and leave them up
python -m donghai.local stop           stop them, whoever uses them
python -m donghai.local urls           say their addresses
python -m donghai.local with COMMAND   run a command while they are up

All speak of the folder in DONGHAI_VAR, or of `var`.
"""

import subprocess
import sys
from pathlib import Path

from donghai.local import servers, supervisor
from donghai.local.places import DoesNotStart, database_url, redis_url


def main(action: str = "", *rest: str) -> int:
    """Do what is asked; returns the exit code."""
    try:
        match action, rest:
            case "ensure", ():
                servers.ensure()
            case "stop", ():
                servers.stop()
            case "urls", ():
                print(f"DATABASE_URL={database_url()}\nREDIS_URL={redis_url()}")
            case "with", (_, *_):
                with servers.Servers():
                    return subprocess.run(rest, check=False).returncode
            case "tidy", (folder,):  # by the guard of a killed supervisor
                supervisor.tidy(Path(folder))
            case _:
                sys.exit(__doc__)
    except DoesNotStart as reason:
        sys.exit(str(reason))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
