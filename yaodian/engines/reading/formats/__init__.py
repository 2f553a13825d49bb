"""From a file to lines and tables: ``extract`` sniffs, decodes and parses any supported format.

The formats know nothing of work plans; what the words mean is the business of the rest of the reader.
"""

from yaodian.engines.reading.formats.opening import extract

__all__ = ["extract"]
