"""Every address of the product with what its view declares: read by the permission matrix and by the reference page.

A view of ours carries its declaration (`organisations.access`). Views that libraries bring cannot; what they ask for is
said in `FOREIGN`, by the name of the address. An address without a declaration fails the build.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from yaodian.config.api import api
from yaodian.organisations.access import Access

PUBLIC = Access("public")

FOREIGN: dict[str, Access] = {
    # Django's: a cookie with the chosen language.
    "set_language": PUBLIC,
    # ninja's: the description of the API and the page that shows it.
    "api:openapi-json": PUBLIC,
    "api:openapi-view": PUBLIC,
    "api:api-root": PUBLIC,
}

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Endpoint:
    """An address and what it asks for; `methods` is empty for a page, whose view decides by itself."""

    name: str
    route: str
    access: Access | None
    methods: tuple[str, ...] = ()

    @property
    def is_api(self) -> bool:
        return bool(self.methods)


def endpoints() -> tuple[Endpoint, ...]:
    """All of them in a stable order: pages by their route, then the calls of the API."""
    pages = sorted(_pages(get_resolver(), "", ()), key=lambda endpoint: (endpoint.route, endpoint.name))
    return (*pages, *_calls())


def _pages(resolver: URLResolver, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Endpoint]:
    for entry in resolver.url_patterns:
        written = re.sub(r"^\^|(\$|\\Z)$", "", str(entry.pattern))
        # A regular expression's groups read like a path's parameters.
        route = prefix + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", written)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _pages(entry, route, inner)
        elif isinstance(entry, URLPattern):
            name = ":".join((*namespaces, entry.name or ""))
            if namespaces[:1] == (api.urls_namespace,) and name not in FOREIGN:
                # One view for all methods of an address; its calls are listed below, each with its own declaration.
                continue
            yield Endpoint(name, "/" + route, FOREIGN.get(name) or getattr(entry.callback, "access", None))


def _calls() -> Iterator[Endpoint]:
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                route = "/api" + (prefix + path).replace("//", "/")
                # The session that the API asks for by itself is no declaration: the call has to say it.
                access = getattr(operation.auth_callbacks[0] if operation.auth_callbacks else None, "access", None)
                methods = tuple(sorted(operation.methods))
                yield Endpoint(f"api:{operation.operation_id or operation.view_func.__name__}", route, access, methods)
