"""Two rules that cannot both be kept, as a sentence for the office that prepares them, in Chinese and English: what, where, why, what to do."""

from __future__ import annotations

from collections.abc import Mapping

from .polygons import said_degrees

# code → (Chinese, English). The code is the contradiction's name, with a second part where one kind has several sentences.
SENTENCES: dict[str, tuple[str, str]] = {
    "named_twice": (
        "名称“{name}”有{count}条同类规则（{kind}）：引用它时不知指哪一条；请改名或删去重复的。",
        "{count} rules of one kind ({kind}) are called “{name}”: where it is referred to nobody knows which is meant. Rename "
        "them, or remove the double ones.",
    ),
    "names_nothing": (
        "规则“{rule}”引用的“{name}”不存在（{kind}）：无法执行；请补上或改正名称。",
        "Rule “{rule}” refers to “{name}”, which does not exist ({kind}): it cannot be carried out. Add it or correct the name.",
    ),
    "seats_below_zero": (
        "“{label}”写的是{seats}人：名额不能少于0，否则会盖住别处多出的名额；请改成0或更多。",
        "“{label}” says {seats} places: fewer than 0 would hide what others have too many. Make it 0 or more.",
    ),
    "opens_after_closing": (
        "“{label}”{first}开始，{last}截止：开始晚于截止，没有一天可以办理；请改正其中一个日期。",
        "“{label}” opens on {first} and closes on {last}: it opens after it closes, so that there is no day for it. Correct one of "
        "the dates.",
    ),
    "births_backwards": (
        "“{label}”从{first}到{last}：起日晚于止日，没有儿童符合；请改正其中一个日期。",
        "“{label}” goes from {first} to {last}: it begins after it ends, so that no child fits. Correct one of the dates.",
    ),
    "births_overlap": (
        "{stage}：“{before}”与“{after}”都包括{first}至{last}出生的儿童：同一儿童有两个入学年份；请把分界定在同一天（通常为8月31日与9月1日之间）。",
        "{stage}: both “{before}” and “{after}” hold children born from {first} to {last}: a child would enter in two years. Put the "
        "border on one day (usually between 31 August and 1 September).",
    ),
    "births_gap": (
        "{stage}：“{before}”与“{after}”之间，{first}至{last}出生的儿童两边都不包括：这些儿童无学可上；请把分界定在同一天（通常为8月31日与9月1日之间）。",
        "{stage}: neither “{before}” nor “{after}” holds children born from {first} to {last}: they would have no school. Put the "
        "border on one day (usually between 31 August and 1 September).",
    ),
    "one_rank_twice": (
        "{stage}：“{first}”与“{second}”都是第{rank}顺序：分不出先后；请改正其中一个的顺序。",
        "{stage}: “{first}” and “{second}” both have rank {rank}: neither stands before the other. Correct one of the ranks.",
    ),
    "class_never_reached.both": (
        "“{label}”既要求“{fact}”又要求不是“{fact}”，没有儿童符合；请删去其中一个条件。",
        "“{label}” asks for “{fact}” and for its contrary, so that no child fits. Remove one of the two.",
    ),
    "class_never_reached.barred": (
        "“{label}”同时要求{facts}，而这两项不能同时成立，没有儿童符合；请删去其中一个条件。",
        "“{label}” asks for {facts} together, which cannot both hold, so that no child fits. Remove one of the two.",
    ),
    "class_never_reached.shadowed": (
        "{stage}：符合“{label}”的儿童都已属于“{earlier}”等在前的顺序，轮不到这一类；请调整先后，或写明与前者的区别。",
        "{stage}: every child that fits “{label}” belongs to “{earlier}” or another earlier class, so that nobody is left for it. "
        "Change the order, or say what sets it apart.",
    ),
    "proof_not_asked": (
        "{stage}：“{label}”要求提交“{proof}”，但报名表没有这一项：家长无法提交，无法认定这一顺序；请在表中加上，或从顺序中删去。",
        "{stage}: “{label}” asks for “{proof}”, but the form does not: families cannot hand it in, and nobody can be of this class. "
        "Add it to the form, or remove it from the class.",
    ),
    "catchment_of_many.single": (
        "“{label}”是单校划片，应对应一所学校，却写了{count}所；请改正划片方式或学校。",
        "“{label}” leads to one school only, but names {count}. Correct the kind of catchment or the schools.",
    ),
    "catchment_of_many.several": (
        "“{label}”是多校划片，应对应两所以上学校，却写了{count}所；请改正划片方式或学校。",
        "“{label}” leads to several schools, so it must name two or more, but names {count}. Correct the kind of catchment or the "
        "schools.",
    ),
    "range_backwards": (
        "“{label}”的{part}：起号大于止号，没有门牌在内；请改正。",
        "“{label}”, “{part}”: the first number is above the last, so that no door lies in it. Correct it.",
    ),
    "catchments_overlap": (
        "{address}等门牌同时在“{first}”和“{second}”内，而其中有单校划片：同一住址有两个对口；请把这些门牌划归其中一个。",
        "“{address}” and maybe more doors lie in “{first}” and in “{second}”, of which one leads to one school only: an address would "
        "have two. Give these doors to one of them.",
    ),
    "areas_overlap": (
        "地图上的点{point}等处同时在“{first}”和“{second}”的范围内，而其中有单校划片：同一住址有两个对口；请把重叠的部分划归其中一个，相邻的边用同样的点。",
        "The point {point} on the map and what is around it lie in the areas of “{first}” and “{second}”, of which one leads to one "
        "school only: an address would have two. Give the overlap to one of them, and use the same corners along the common edge.",
    ),
    "address_without_catchment": (
        "{stage}：{street}{doors}（共{count}个门牌）不在任何学区：住在那里的儿童没有对口学校；请划入一个学区。",
        "{stage}: {doors} in “{street}” ({count} doors in all) lie in no catchment: children who live there have no school. Put them "
        "into one.",
    ),
    "quotas_above_capacity": (
        "{school}计划{seats}人，而{quotas}合计{total}人，多{more}人：指标不能全部兑现；请减少指标或增加计划。",
        "{school} plans {seats} places, but {quotas} come to {total}, {more} more: they cannot all be kept. Lower the quotas or raise "
        "the plan.",
    ),
    "quotas_above_capacity.batch": (
        "{school}在批次{batch}计划{seats}人，而{quotas}合计{total}人，多{more}人：指标不能全部兑现；请减少指标或增加计划。",
        "{school} plans {seats} places in batch {batch}, but {quotas} come to {total}, {more} more: they cannot all be kept. Lower the "
        "quotas or raise the plan.",
    ),
    "line_above_exclusive.own": (
        "“{label}”要求{line}分，却从{kept}分起只许报本批：两者之间的考生哪一批都不能报；请把两条线改为一致。",
        "“{label}” asks for {line} points, but keeps candidates from {kept} on for itself: those in between could take part in no "
        "batch. Make the two lines the same.",
    ),
    "line_above_exclusive.other": (
        "“{label}”要求不低于{line}分，而达到{kept}分的考生只许报“{keeper}”：没有人能报“{label}”；请降低前者的线，或提高、取消后者的独占线。",
        "“{label}” asks for at least {line} points, but whoever has {kept} may take part in “{keeper}” only: nobody can take part in "
        "“{label}”. Lower the line of the former, or raise or drop what the latter keeps for itself.",
    ),
    "line_above_exclusive.both": (
        "达到{kept}分的考生既只许报“{first}”，又只许报“{second}”：两批都不能报；请只保留一条独占线。",
        "Candidates with {kept} points are kept by “{first}” and by “{second}” alike: they could take part in neither. Let one batch "
        "alone keep candidates for itself.",
    ),
    "batches_above_total": (
        "{school}计划{seats}人，而互不共用名额的批次{batches}，合计{total}人，多{more}人：招满后超出计划；请减少批次名额或增加计划。",
        "{school} plans {seats} places, but batches that share none, {batches}, come to {total}, {more} more: once full they exceed the "
        "plan. Lower the places of batches or raise the plan.",
    ),
}
_SEATS = ("“{batch}”{seats}人", "{seats} in “{batch}”")


def said(code: str, details: Mapping[str, object], language: str) -> str:
    """The sentence of a code with its fields, in ``zh`` or ``en``."""
    place = int(language.startswith("en"))
    return SENTENCES[code][place].format(**{name: _word(name, value, place) for name, value in details.items()})


def _word(name: str, value: object, place: int) -> str:
    if not isinstance(value, tuple):
        return str(value)
    if name == "point":
        return (
            "（{}，{}）".format(*map(said_degrees, value))
            if not place
            else "({}, {})".format(*map(said_degrees, value))
        )
    parts = (_SEATS[place].format(batch=one[0], seats=one[1]) if isinstance(one, tuple) else str(one) for one in value)
    return ("、", ", ")[place].join(parts)
