"""LoadGen's wheel exists for CPython 3.11 on x86-64 Linux. There its absence fails; elsewhere nothing is collected."""

import platform
import sys

HAS_A_WHEEL = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info[:2] == (3, 11)
collect_ignore_glob = [] if HAS_A_WHEEL else ["test_*.py"]
