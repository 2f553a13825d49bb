"""Reading bulletins: their figures, their words, the documents they make, and who may see them."""

from yaodian.plans.queries.bulletins.digest import (
    Digest,
    DigestPage,
    digest_of,
    get_digest_page,
    group_digest,
    recipients,
    week_of,
)
from yaodian.plans.queries.bulletins.document import Content, Files, files_of, title_of
from yaodian.plans.queries.bulletins.figures import Asked, collect
from yaodian.plans.queries.bulletins.pages import (
    BulletinFileChanged,
    BulletinList,
    BulletinPage,
    ComposePage,
    Difference,
    TracePage,
    WordingsPage,
    asked_again,
    content_of,
    differences_between,
    find_bulletin,
    full_number,
    get_bulletin,
    get_compose_page,
    get_traces,
    get_versions,
    get_wordings,
    head_of,
    hindrance,
    is_writer,
    list_bulletins,
    open_issued_file,
    paragraphs_of,
    visible_bulletins,
)
from yaodian.plans.queries.bulletins.periods import Span, UnknownPeriod, recent_spans, span_of
from yaodian.plans.queries.bulletins.wordings import (
    PLACES,
    SLOTS,
    Slot,
    Worded,
    problem_in,
    read_wording,
    slots_of,
    title_slot,
    versions_of,
    wordings_of,
)
