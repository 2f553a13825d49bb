"""Enrolment, retention, class sizes and ratios, as the national indicator system defines them."""
