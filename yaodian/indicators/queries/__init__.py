"""Reading: what pages of the monitoring desk show."""

from yaodian.indicators.queries.reporting import Absent, Material, Unassessed, county_of, material

__all__ = ["Absent", "Material", "Unassessed", "county_of", "material"]
