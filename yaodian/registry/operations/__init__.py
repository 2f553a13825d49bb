"""Writing: the synthetic city."""

from yaodian.registry.operations.city import UnableToLoadCity, load_city
