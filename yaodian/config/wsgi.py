"""The door for WSGI servers (gunicorn in `yaodian serve`)."""

import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")

application = get_wsgi_application()

# Every view is imported before the first visitor comes; on an opening day he would wait for it, and hundreds behind him.
assert get_resolver().url_patterns

# Threads that compute hand over to each other this often. A refusal, or a page that lies there, needs the processor for less than a
# millisecond, and would otherwise wait five for each of the threads at work.
sys.setswitchinterval(0.001)
