"""What the registry's own tables come to: counts of schools, and figures of the yearly returns in force.

Schools are counted on the day itself. What only a return tells is taken from the latest school year for which at least
half of the schools standing on the day have reported; a school without its return is missing, never 0, and a return that
contradicts itself is not used. What a school is (its runner, its county) is as on the day, or as known today where no
history is kept.
"""

from yaodian.registry.measures import declared as declared
