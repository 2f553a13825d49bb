"""The HTTP API of the slice. Each call makes one call into queries or operations; errors carry their sentences.

Published plans are open to everyone. Everything else takes the session of the pages; what writes also takes the CSRF
token. Nothing here tells a visitor without the right that a draft exists: it is simply not found.
"""

# Each module names its calls on the one router; the order is that in which addresses are tried.
from yaodian.plans.api import bulletins, commitments, reports, reading, correcting, documents  # isort: skip
from yaodian.plans.api.shaping import router
