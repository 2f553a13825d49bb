"""The sheets of the registry: schools, classes, teachers, pupils, yearly returns; what their columns hold, and where their
rows live.

A package of its own, because a sheet is a declaration of the slice like its models: from it come the template, the import,
the export and the manual page (`foundation.sheets`).
"""

from yaodian.registry.sheets.classes import CLASSES, IMPORT_CLASSES
from yaodian.registry.sheets.pupils import IMPORT_PUPILS, PUPILS
from yaodian.registry.sheets.returns import IMPORT_RETURNS, RETURNS
from yaodian.registry.sheets.rows import EXPORT, IMPORT, scope_word
from yaodian.registry.sheets.schools import IMPORT_SCHOOLS, SCHOOLS
from yaodian.registry.sheets.teachers import IMPORT_TEACHERS, TEACHERS

# In the order in which an office fills them: each refers to what stands before it.
ALL = (SCHOOLS, CLASSES, TEACHERS, PUPILS, RETURNS)
