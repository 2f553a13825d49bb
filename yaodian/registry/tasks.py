"""What workers find here: the sheets, whose imports they check and commit."""

from yaodian.registry import sheets as sheets
