"""Every limit of evidence files in one place; the largest size is a setting (EVIDENCE_MAX_BYTES)."""

from typing import Final

MEGABYTE: Final = 1024 * 1024

NAME_CHARACTERS: Final = 120
"""A name is cut to so many, its ending kept."""
HEAD_BYTES: Final = 4096
"""So much of a file's beginning tells what it is."""

PIXELS: Final = 64_000_000
"""Width times height: the largest camera of a telephone that people carry makes 50 million; decoded, 192 MB."""
SIDE: Final = 20_000
THUMBNAIL_SIDE: Final = 480
THUMBNAIL_BYTES: Final = 200_000
WELL_PACKED_PIXELS: Final = 8_000_000
"""A PNG of more is packed fast instead of well."""
PICTURE_QUALITY: Final = 90
"""Where the camera's own tables cannot be used again."""
UNPACKED_BYTES: Final = 512 * MEGABYTE
"""All parts of an Office or OFD document, as they come out of the decompressor."""
NAMES_IN_ARCHIVE: Final = 5_000

CHILDREN: Final = 2
"""Files that one process has looked at at the same time."""
MEMORY_BYTES: Final = 900 * MEGABYTE
CPU_SECONDS: Final = 30
WALL_SECONDS: Final = 60

SCAN_SECONDS: Final = 30
"""How long the virus scanner may take for any one answer."""
SCAN_CHUNK_BYTES: Final = 256 * 1024
