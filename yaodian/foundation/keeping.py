"""Files that are made once and kept: keys of an installation."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def made_once(path: Path, content: bytes) -> bytes:
    """Writes the file whole, mode 600, unless another process was first; returns what lies there then."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    return path.read_bytes()
