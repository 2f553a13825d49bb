"""How well plans are read: F1 by field against the annotations, a row for each set of documents.

The same scorer and the same sets as ``test_accuracy.py``, which holds the figures to floors.
"""

from __future__ import annotations

from benchmarks import report
from yaodian.engines.reading.tests import scoring
from yaodian.engines.reading.tests.test_accuracy import SETS, given, loaded

#: What the project set itself for documents it has not seen.
GOALS = {
    "header": 0.95,
    "nodes": 0.98,
    "targets": 0.92,
    "deadlines": 0.92,
    "responsible": 0.98,
    "policies": 0.98,
    "systems": 0.85,
}


def main() -> None:
    facts = report.conditions()
    rows: list[list[object]] = []
    for name, pairs in SETS.items():
        if not pairs:
            print(f"{name} plans not read: ../shared is not beside this checkout")
            continue
        scores = [scoring.score(loaded(annotation), given(document)) for annotation, document in pairs]
        mean = scoring.mean(scores)
        rows.append([f"{name} ({len(pairs)})", *(f"{mean[field]:.3f}" for field in scoring.FIELDS)])
    rows.append(["goal, unseen", *(f"{GOALS[field]:.2f}" if field in GOALS else "" for field in scoring.FIELDS)])
    report.finish("accuracy", ("documents", *scoring.FIELDS), rows, facts)


if __name__ == "__main__":
    main()
