"""What can be wrong with the rings of an area, as a sentence for whoever draws it, in Chinese and English."""

from __future__ import annotations

# code → (Chinese, English). Rings and corners count from 1; points are longitude and latitude in degrees.
SENTENCES: dict[str, tuple[str, str]] = {
    "no-ring": (
        "范围没有任何边界：请至少画一圈，每圈三个以上的点。",
        "The area has no boundary: draw at least one ring of three or more points.",
    ),
    "not-two-numbers": (
        "第{ring}圈第{corner}个点应是经度和纬度两个数，却有{found}个；请改正。",
        "Point {corner} of ring {ring} must be two numbers, longitude and latitude, but has {found}. Correct it.",
    ),
    "not-degrees": (
        "第{ring}圈第{corner}个点（{x}，{y}）不是经纬度：经度在前、纬度在后，单位为度；请改正。",
        "Point {corner} of ring {ring} ({x}, {y}) is no longitude and latitude: longitude comes first, both in degrees. Correct it.",
    ),
    "too-few-corners": (
        "第{ring}圈只有{found}个不同的点，围不成范围：请补上至少三个不在一条线上的点，或删去这一圈。",
        "Ring {ring} has only {found} different points, which bound no area: add points until there are at least three that are not "
        "on one line, or remove the ring.",
    ),
    "edges-meet": (
        "第{ring}圈从第{corner}个点起的边（{a}）至（{b}）与第{other_ring}圈从第{other_corner}个点起的边（{c}）至（{d}）相交或相碰：分不清哪边在范围内；请改正其中的点。",
        "The edge of ring {ring} from point {corner}, ({a}) to ({b}), crosses or touches the edge of ring {other_ring} from point "
        "{other_corner}, ({c}) to ({d}): nobody can tell which side is inside. Correct one of the points.",
    ),
}


def said(code: str, details: dict[str, object], language: str) -> str:
    """The sentence of a code with its fields, in ``zh`` or ``en``; pairs are written as the language does."""
    place = int(language.startswith("en"))
    between = ("，", ", ")[place]
    words = {name: between.join(value) if isinstance(value, tuple) else value for name, value in details.items()}
    return SENTENCES[code][place].format(**words)
