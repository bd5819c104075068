"""The machine that a run was trained on."""

import os
import platform
import sys
from typing import Any


def describe() -> dict[str, Any]:
    """The `system`, and the number of CPU cores that this process may use, `num_cores`."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "num_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }


def peak_memory_bytes() -> int | None:
    """Peak memory of this process so far, or None on Windows, where it is not available."""
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
