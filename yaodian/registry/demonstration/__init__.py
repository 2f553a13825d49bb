"""A synthetic city: invented units, people, schools, classes, teachers, pupils, guardians and returns.

Nothing in it is real (`words`, `numbers`), and everything follows from a scale and a seed: equal ones give equal bytes.
It knows no Django; the loader (`yaodian.registry.operations.city`) and the command `yaodian demo-city` stand outside.
"""

from yaodian.registry.demonstration.city import CURRENT_YEAR, TABLES, City, CityPart, Table
from yaodian.registry.demonstration.scales import CITY, PROVINCE, SCALES, SMALL, Scale
