"""The reader's limits: one table, each with its reason.

A real work plan has five to thirty thousand characters and a file of less than one megabyte; every limit leaves
at least ten times that. What exceeds a limit is refused with its own code (``errors.py``), never cut in silence.
"""

from __future__ import annotations

from typing import Final

# Bytes of a file, of any kind. Pictures in a Word file may weigh some megabytes; more is no plan.
FILE_BYTES: Final = 20_000_000

# Characters of text that a document may give, all lines and cells together. A thousand pages; all rules stay
# linear, so this bounds the time of the whole reader.
TEXT_CHARACTERS: Final = 1_000_000

# Characters of one line. A paragraph of a plan has a thousand; one without any end is not a document for people.
LINE_CHARACTERS: Final = 100_000

# Cells of all tables of a document together. A yearly plan as a table has some hundreds.
TABLE_CELLS: Final = 20_000

# Columns of one table; wider is a data sheet, and a claimed span of a million columns must cost nothing.
TABLE_COLUMNS: Final = 200

# Entries of a Word file's archive; a long document with pictures has a few hundred.
ARCHIVE_ENTRIES: Final = 2_000

# Bytes of a Word file's archive after decompression, as declared and as counted while reading: the zip-bomb guard.
ARCHIVE_BYTES: Final = 200_000_000

# Bytes of one XML part of it. The tree in memory takes about eight times as much, which must fit below MEMORY_BYTES.
PART_BYTES: Final = 40_000_000

# Pages of a PDF file; a page costs 20 to 60 ms, so this keeps the reading within CPU_SECONDS.
PDF_PAGES: Final = 200

# Depth of nested blocks and tables that a parser follows; deeper is an attack or a broken file.
NESTING: Final = 200

# What the child process that parses a risky format may use for one document.
# Address space above what the worker holds before it sees the document, in bytes.
MEMORY_BYTES: Final = 512_000_000
# Processor time; a plan of forty pages takes about two seconds as PDF and a tenth of one as Word or HTML.
CPU_SECONDS: Final = 10
# Time by the clock, for a machine busy with other work.
WALL_SECONDS: Final = 30
# Bytes of the result that the child hands back: TEXT_CHARACTERS in UTF-8 and the marks of JSON around them.
RESULT_BYTES: Final = 16_000_000
# Documents parsed at the same time by one process; bounds the memory in use to this times MEMORY_BYTES.
CHILDREN: Final = 4
