"""`python -m orders.customs.office <folder>`: open the office until it is killed."""

import argparse
import fcntl
import time
from pathlib import Path

from orders.customs.office.desk import PACES, Office


def main() -> None:
    asked = argparse.ArgumentParser(prog="orders.customs.office")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--pace", choices=PACES, default="normal")
    asked.add_argument("--seed", type=int, default=0)
    wanted = asked.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with (wanted.folder / "office.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one office a folder; another one waits
        office = Office(wanted.folder, PACES[wanted.pace], wanted.seed)
        while True:
            if not office.work(time.time()):
                time.sleep(PACES[wanted.pace].look)


if __name__ == "__main__":
    main()
