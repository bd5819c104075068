"""The machine that a run was trained on."""

import os
import platform
import re
import sys
from pathlib import Path
from typing import Any


def describe() -> dict[str, Any]:
    """The `system`, and the number of CPU cores that this process may use, `num_cores`."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "num_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }


def peak_memory_bytes() -> int | None:
    """The most memory that this process has held so far; None on Windows, which does not report it."""
    if sys.platform == "win32":
        return None
    if platform.system() == "Linux":  # where the resource usage of a process begins with that of its parent
        [kilobytes] = re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
        return 1024 * int(kilobytes)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
