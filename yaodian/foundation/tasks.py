"""What workers find here: the jobs of imports."""

from yaodian.foundation.sheets import importing as importing
