"""The machine that a run was trained on."""

import platform
import re
import sys
from pathlib import Path
from typing import Any

from digitpad.training import backend


def describe() -> dict[str, Any]:
    """The `system`, and the number of CPU cores that this process may use, `num_cores`."""
    return {"system": f"{platform.system()} {platform.machine()}", "num_cores": backend.num_cores()}


def processor() -> str:
    """The name of the processor, or of its kind where the system does not tell."""
    known = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)", known.read_text(), re.MULTILINE) if known.exists() else None
    return found[1] if found else platform.machine()


def peak_memory_bytes() -> int | None:
    """The most memory that this process has held so far; None on Windows, which does not report it."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if platform.system() != "Linux":
        return most
    # on Linux, this begins with the memory of the parent process, so the kernel's own record is better
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return 1024 * (int(found[1]) if found else most)
