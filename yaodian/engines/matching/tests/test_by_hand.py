"""The example of docs/algorithms/matching.md, as it stands there."""

from __future__ import annotations

from yaodian.engines.matching import Market, explain, solve, tell, verify, verify_best

MARKET = Market.of(
    [["东小", "西小"], ["东小", "西小"], ["西小", "东小"], ["西小"]],
    {"东小": 1, "西小": 1},
    classes=[[1, 0], [1, 1], [1, 0], [1]],
    draw=[0, 1, 2, 3],
    applicant_names=["甲", "乙", "丙", "丁"],
)


def test_the_example_by_hand() -> None:
    placement = solve(MARKET)
    assert placement.seats.tolist() == [1, -1, 1, -1]
    assert verify(MARKET, placement) == ()
    assert verify_best(MARKET, placement) == ()


def test_what_the_second_family_reads() -> None:
    assert tell(explain(MARKET, solve(MARKET), 1), class_names=["片区内有房有户", "片区内有户"]) == (
        "您填报的 2 个志愿都没有录取。",
        "第 1 志愿“东小”没有录取：共 1 个名额，录取到第 1 类（片区内有房有户）的 3 号已满；您的孩子是第 2 类（片区内有户），"
        "排在其后。按这次的结果，至少须属于第 1 类（片区内有房有户）才能排在最后一名录取者之前。",
        "第 2 志愿“西小”没有录取：共 1 个名额，录取到第 1 类（片区内有房有户）的 1 号已满；您的孩子是第 2 类（片区内有户），"
        "排在其后。",
    )
