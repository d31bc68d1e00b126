"""A process that restores a backup again and again, each time in a fork that is killed one write later.

Started with a data folder, a backup's name and an empty folder: in there it leaves `1`, `2`, …, copies of the data folder
as the restore left them, until one is not killed any more.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from pathlib import Path

from bot.store import backups
from tests.bot.mortal import Death


def main(stood: Path, name: str, left: Path) -> None:
    """Kill at every write."""
    for point in itertools.count(1):
        folder = left / str(point)
        shutil.copytree(stood, folder)
        child = os.fork()
        if child == 0:
            Death(point, since="")
            backups.restore(folder, name)
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
