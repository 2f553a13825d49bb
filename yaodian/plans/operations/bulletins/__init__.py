"""Bulletins: composed, worded, submitted, issued by a second person, withdrawn; the weekly digest."""

from yaodian.plans.operations.bulletins.composing import (
    compose_bulletin,
    delete_bulletin,
    recompose_bulletin,
    submit_bulletin,
    word_bulletin,
)
from yaodian.plans.operations.bulletins.demonstration import load_demonstration_bulletins
from yaodian.plans.operations.bulletins.digest import send_digests, set_digest
from yaodian.plans.operations.bulletins.issuing import issue_bulletin, return_bulletin, withdraw_bulletin
from yaodian.plans.operations.bulletins.wording import HEAD_FIELDS, restore_wording, save_head, save_wording
