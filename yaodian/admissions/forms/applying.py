"""The steps of an application. Nothing is required here: a draft may be incomplete, and what is missing is said by the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.content import Child, Content, Home, StatedGuardian
from yaodian.admissions.forms.public import degrees
from yaodian.admissions.models import Holding, PaperKind, Relation
from yaodian.admissions.problem.stating import Fault
from yaodian.admissions.queries import COMPULSORY, RestatePage, StepPage
from yaodian.foundation.files.taking import ACCEPT
from yaodian.foundation.forms import RefusableForm

GENDERS = (("1", _("男")), ("2", _("女")))
_SLOTS = 2


def _text(label: Any, most: int, hint: Any = "", **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attributes})
    return forms.CharField(label=label, max_length=most, required=False, help_text=hint, widget=widget)


def _choice(label: Any, choices: Iterable[tuple[str, Any]], hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", _("请选择")), *choices], required=False, help_text=hint)


class StepForm(RefusableForm):
    """A step: made of what was said so far, and put back into it."""

    def __init__(self, *arguments: Any, page: StepPage, **named: Any) -> None:
        super().__init__(*arguments, initial=self.said(page.content), use_required_attribute=False, **named)
        self.page = page
        self.shape(page)
        for name, field in self.fields.items():
            # The word «optional» stands only where a family may really leave something out.
            field.required = name not in self.optional()

    def _clean_fields(self) -> None:
        """A draft may be incomplete, so nothing is missing here; the rules say it afterwards."""
        asked = [field for field in self.fields.values() if field.required]
        for field in asked:
            field.required = False
        super()._clean_fields()
        for field in asked:
            field.required = True

    def said(self, content: Content) -> dict[str, Any]:
        raise NotImplementedError

    def content(self) -> Content:
        """The whole content with this step in it; only of a valid form."""
        raise NotImplementedError

    def shape(self, page: StepPage) -> None:
        """Fields that depend on the intake."""

    def optional(self) -> Sequence[str]:
        return ()

    def show(self, faults: Iterable[Fault]) -> None:
        """Each fault at its field, else above all."""
        self.full_clean()
        if not self.is_bound:
            self.cleaned_data: dict[str, Any] = {}
        for one in faults:
            self.add_error(one.field if one.field in self.fields else None, one.message)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Fields under headings."""
        return [("", self.visible_fields())]


class ChildForm(StepForm):
    """Whose place it is."""

    child_name = _text(_("儿童姓名"), 60, _("与证件一致。"))
    child_paper = _choice(_("证件种类"), PaperKind.choices, _("没有证件也可以报名，请选“暂无证件”，由工作人员核定。"))
    child_number = _text(_("证件号码"), 30, "", autocapitalize="characters", spellcheck="false")
    child_gender = forms.ChoiceField(label=_("性别"), choices=GENDERS, widget=forms.RadioSelect, required=False)
    child_born_on = forms.DateField(
        label=_("出生日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def shape(self, page: StepPage) -> None:
        for one in page.asked.questions:
            self.fields[f"answer_{one.code}"] = _choice(one.label, one.choices, one.hint)

    def said(self, content: Content) -> dict[str, Any]:
        return {
            **{f"child_{name}": getattr(content.child, name) for name in Child.__dataclass_fields__},
            **{f"answer_{code}": answer for code, answer in content.answers.items()},
        }

    def content(self) -> Content:
        said = {name: self.cleaned_data[f"child_{name}"] for name in Child.__dataclass_fields__}
        answers = {one.code: self.cleaned_data[f"answer_{one.code}"] for one in self.page.asked.questions}
        return replace(
            self.page.content,
            child=Child(**said),
            answers={code: answer for code, answer in answers.items() if answer},
        )


class FamilyForm(StepForm):
    """Who answers for the child, and where it lives."""

    def shape(self, page: StepPage) -> None:
        papers = [one for one in PaperKind.choices if one[0] not in (PaperKind.NONE, PaperKind.BIRTH_CERTIFICATE)]
        for place in range(1, self.slots + 1):
            at = f"guardian{place}"
            self.fields[f"{at}_name"] = _text(_("姓名"), 60, "", autocomplete="name" if place == 1 else "off")
            self.fields[f"{at}_relation"] = _choice(_("与儿童的关系"), Relation.choices)
            self.fields[f"{at}_paper"] = _choice(_("证件种类"), papers)
            self.fields[f"{at}_number"] = _text(_("证件号码"), 30, "", autocapitalize="characters", spellcheck="false")
            self.fields[f"{at}_phone"] = _text(
                _("电话"), 30, "" if place == 1 else _("不知道可以不填，我们会寄信告知。"), inputmode="tel",
                autocomplete="tel" if place == 1 else "off",
            )  # fmt: skip
        if page.asked.asks_street:
            self.fields["home_street"] = _text(_("道路"), 80, _("如“中山路”，不写门牌号。"))
            self.fields["home_number"] = _text(_("门牌号"), 80, _("如“12 号”。学区按道路和门牌号确定。"))
        self.fields["home_address"] = _text(_("完整住址"), 200, _("写到楼和室。"), autocomplete="street-address")
        hint = (
            _("统筹时按这个点量距离；不标的，从学区的中间量起。")
            if self.is_measured
            else _("学区有地图范围的，可用来核对。")
        )
        self.fields["home_longitude"] = degrees(_("住址经度（GCJ-02）"), 180, help_text=hint)
        self.fields["home_latitude"] = degrees(_("住址纬度（GCJ-02）"), 90)
        self.fields["home_household"] = _text(_("户籍所在地"), 200, _("没有本地户籍的写原籍；没有户籍的不填。"))
        self.fields["home_held_by"] = _choice(_("住房情况"), Holding.choices)

    @property
    def slots(self) -> int:
        return max(_SLOTS, len(self.page.content.guardians))

    @property
    def is_measured(self) -> bool:
        """Whether the office sends children by distance, so that a point is worth setting."""
        return self.page.intake.stage in COMPULSORY and self.page.intake.overflow_m > 0

    def optional(self) -> Sequence[str]:
        spot = () if self.is_measured else ("home_longitude", "home_latitude")
        return (
            "home_household",
            *spot,
            *(name for name in self.fields if name.startswith("guardian") and name[8] != "1"),
        )

    def said(self, content: Content) -> dict[str, Any]:
        said: dict[str, Any] = {f"home_{name}": getattr(content.home, name) for name in Home.__dataclass_fields__}
        for place, one in enumerate(content.guardians, 1):
            for name in StatedGuardian.__dataclass_fields__:
                said[f"guardian{place}_{name}"] = getattr(one, name)
        return said

    def content(self) -> Content:
        said = self.cleaned_data
        guardians = tuple(
            StatedGuardian(**{name: said[f"guardian{place}_{name}"] for name in StatedGuardian.__dataclass_fields__})
            for place in range(1, self.slots + 1)
        )
        names = [name for name in Home.__dataclass_fields__ if f"home_{name}" in self.fields]
        home = replace(self.page.content.home, **{name: said[f"home_{name}"] for name in names})
        before = self.page.content.home
        spot = tuple(None if one is None else round(one, 6) for one in (home.longitude, home.latitude))
        if (home.street, home.number) != (before.street, before.number) and spot == (before.longitude, before.latitude):
            # A point on the map belongs to the address it was set for.
            spot = (None, None)
        home = replace(home, longitude=spot[0], latitude=spot[1])
        return replace(self.page.content, guardians=guardians, home=home)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        titles = [gettext("第一位监护人（您本人）"), gettext("第二位监护人")]
        found = []
        for place in range(1, self.slots + 1):
            title = titles[place - 1] if place <= len(titles) else gettext("另一位监护人")
            found.append((title, [self[name] for name in self.fields if name.startswith(f"guardian{place}_")]))
        return [*found, (gettext("家庭住址"), [self[name] for name in self.fields if name.startswith("home_")])]


class WishesForm(StepForm):
    """Which schools, in which order, and what speaks for them."""

    def shape(self, page: StepPage) -> None:
        offers = page.asked.offers
        shown = [(one, name) for one, name in offers.items() if one in page.asked.wishable]
        kept = [(one, offers[one]) for one in page.content.wishes if one in offers and one not in page.asked.wishable]
        for place in range(1, page.asked.most_wishes + 1):
            self.fields[f"wish{place}"] = _choice(gettext("第 %(place)s 志愿") % {"place": place}, [*shown, *kept])
        self.fields["claims"] = forms.MultipleChoiceField(
            label=_("符合下面哪些条件？"),
            choices=[(one.code, one.words) for one in page.criteria],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=_("照实选。每一条都由两位工作人员核验，没有选的不影响报名。"),
        )
        self.fields["twins"] = _text(
            _("双胞胎或多胞胎的报名号"), 200, _("先为一个孩子报名，再在这里填他的报名号。几个号用空格分开。")
        )
        self.fields["together"] = forms.BooleanField(label=_("希望他们派到同一所学校"), required=False)
        self.fields["remark"] = forms.CharField(
            label=_("其他情况"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("如同校就读的哥哥姐姐、特殊需要。"),
        )  # fmt: skip

    def optional(self) -> Sequence[str]:
        return tuple(name for name in self.fields if name != "wish1")

    def said(self, content: Content) -> dict[str, Any]:
        return {
            **{f"wish{place}": one for place, one in enumerate(content.wishes, 1)},
            "claims": list(content.claims),
            "twins": " ".join(content.twins),
            "together": content.together,
            "remark": content.remark,
        }

    def content(self) -> Content:
        said = self.cleaned_data
        wishes = [said[f"wish{place}"] for place in range(1, self.page.asked.most_wishes + 1)]
        return replace(
            self.page.content,
            wishes=tuple(one for one in wishes if one),
            claims=tuple(said["claims"]),
            twins=tuple(said["twins"].replace("，", " ").replace(",", " ").replace("、", " ").split()),
            together=said["together"],
            remark=said["remark"],
        )


class RestateForm(RefusableForm):
    """The wishes of a further round, nothing else."""

    def __init__(self, *arguments: Any, page: RestatePage, **named: Any) -> None:
        said = {f"wish{place}": one for place, one in enumerate(page.wishes, 1)}
        super().__init__(*arguments, initial=said, use_required_attribute=False, **named)
        self.places = [f"wish{place}" for place in range(1, page.intake.most_wishes + 1)]
        for place, name in enumerate(self.places, 1):
            self.fields[name] = _choice(gettext("第 %(place)s 志愿") % {"place": place}, page.schools)

    def wishes(self) -> list[str]:
        return [self.cleaned_data[name] for name in self.places if self.cleaned_data[name]]


class ProofForm(RefusableForm):
    """One document: what it is, and the file or photograph."""

    label = forms.ChoiceField(label=_("这是哪一种材料"))
    file = forms.FileField(
        label=_("拍照或选择文件"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_("照片里的位置等信息会自动去除。一份材料有几页的，可以分几次上传。"),
    )

    def __init__(self, *arguments: Any, labels: Iterable[str], **named: Any) -> None:
        super().__init__(*arguments, use_required_attribute=False, **named)
        choice: Any = self.fields["label"]
        choice.choices = [(one, one) for one in labels]


class ConfirmForm(RefusableForm):
    """What was read is what is sent, once: the key is the browser's own."""

    client_key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=_("我已逐项核对，内容属实。我知道每位监护人都会得知这份申请。"),
        error_messages={"required": _("请先核对，再勾选这一项。")},
    )


class ObjectionForm(RefusableForm):
    """Why a guardian does not agree."""

    objection = forms.CharField(
        label=_("您不同意什么"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("只有核验申请的工作人员看得到。"),
    )  # fmt: skip


class NumberForm(forms.Form):
    """A number to be checked."""

    number = forms.CharField(
        label=_("报名号"), max_length=40, help_text=_("在回执上，如 2026P 开头的 12 位。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
