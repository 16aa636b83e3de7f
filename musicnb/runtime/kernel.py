"""What is special in a notebook's kernel."""

from __future__ import annotations

import asyncio
import importlib


def when_idle(module: str) -> None:
    """Import a module once the cell that runs now is done; do nothing outside of kernels.

    In the same thread, because two threads that import modules which need each other may each
    see a half of them.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    loop.call_soon(importlib.import_module, module)
