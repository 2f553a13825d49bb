"""What leaves as a document: the self-assessment of a county as Word, every number with whence it comes."""

from yaodian.indicators.reports.self_assessment import Report, self_assessment

__all__ = ["Report", "self_assessment"]
