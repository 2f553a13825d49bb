"""Every limit of imports in one place; each is quoted in the sentence that refuses.

A city is 400,000 pupils of some 30 columns: about 150 MB as CSV, 60 MB as a workbook that unpacks to 900 MB.
"""

from typing import Final

MEGABYTE: Final = 1024 * 1024

UPLOAD_BYTES: Final = 200 * MEGABYTE
"""A file as it is sent."""
UNPACKED_BYTES: Final = 2048 * MEGABYTE
"""All parts of a workbook that are read, as they come out of the decompressor; counted, not believed."""
RATIO: Final = 100
"""A part that unpacks to more than this many times its size is refused, once it is longer than RATIO_FROM_BYTES."""
RATIO_FROM_BYTES: Final = 16 * MEGABYTE
SHARED_BYTES: Final = 256 * MEGABYTE
"""The table of texts of a workbook and its styles, which must be held at once."""
PARTS: Final = 2_000
"""Entries in the directory of a workbook."""
ROWS: Final = 500_000
COLUMNS: Final = 256
CELLS: Final = 40_000_000
CELL_CHARACTERS: Final = 32_767
LINE_CHARACTERS: Final = 1_000_000
MERGES: Final = 10_000
HEADER_ROWS: Final = 20
"""The header is looked for in so many rows from the top."""

MEMORY_BYTES: Final = 700 * MEGABYTE
CPU_SECONDS: Final = 600
WALL_SECONDS: Final = 1_200
FRAME_ROWS: Final = 1_000
FRAME_BYTES: Final = 64 * MEGABYTE
OUTPUT_BYTES: Final = 4096 * MEGABYTE
CHILDREN: Final = 2
"""Files that one process has read at the same time."""

PROBLEMS_KEPT: Final = 5_000
"""Problems listed; all are counted."""
PROBLEMS_SHOWN: Final = 50
PREVIEW_ROWS: Final = 50
CHUNK_ROWS: Final = 2_000
"""Rows looked up, compared, stored and written at once."""
UPLOAD_PART_BYTES: Final = 4 * MEGABYTE
REMEMBERED_VALUES: Final = 20_000
"""Cell texts whose value a column remembers while it reads one file."""
