"""``yaodian demo``: a database, demonstration accounts and demonstration plans, ready to be looked at.

The passwords are drawn at random on this machine and kept in the data folder, readable by its owner alone, so that a
second run can say them again. What a person has changed since is left as it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from yaodian.config.commands.site import PORTS, default_port, prepare_django
from yaodian.config.commands.wording import Language, Talking, Words

ACCOUNTS_FILE = "demonstration-accounts.json"


def command(language: Language) -> click.Command:
    """The command in a language."""
    words = Words(language)
    return Talking(
        "demo",
        language=language,
        summary=words("备好演示数据和演示账号", "lay demonstration data and accounts"),
        help=words(
            "建立数据库（如果还没有），放入虚构城市的演示要点和演示账号，并打印登录方法。"
            "可以重复运行，不会覆盖已有数据。然后用 yaodian serve 启动网站。",
            "Create the database if there is none, lay the demonstration plans of invented cities and the "
            "demonstration accounts, and print how to sign in. May be repeated; data is kept. "
            "Then start the site with yaodian serve.",
        ),
        callback=lambda **options: run(words=words, **options),
        params=[
            click.Option(
                ["--port"],
                type=PORTS,
                help=words(
                    "打印地址时用的端口；默认取 PORT，否则 8000。",
                    "Port of the address printed; by default PORT, else 8000.",
                ),
            )
        ],
    )


def run(*, port: int | None, words: Words) -> int:
    """Migrate, make accounts, load plans, say how to sign in."""
    prepare_django()
    from django.conf import settings
    from django.utils import timezone

    now = timezone.now()
    bring_up(words)
    places = _city(now=now, words=words)
    known = ensure_accounts(Path(settings.DATA_DIR) / ACCOUNTS_FILE, now=now, places=places)

    from yaodian.plans.operations import load_demonstration, load_demonstration_commitments
    from yaodian.plans.operations.reports import load_demonstration_reports

    staff = _staff(words)
    load_demonstration(now=now, **staff)
    _cases(places, now=now)
    load_demonstration_commitments(now=now, editor=staff["editor"])
    load_demonstration_reports(now=now, **staff)
    _duties(places, editor=staff["editor"], now=now)
    _order_values(staff["editor"])
    _order_appraisal(**staff)
    _order_bulletins(**staff)
    if "school" in places:
        from yaodian.config.commands.demo_season import lay_seasons

        known += lay_seasons(Path(settings.DATA_DIR) / ACCOUNTS_FILE, now=now, words=words)
        _exams(now=now)
        from yaodian.config.commands.demo_choices import lay_choices

        known += lay_choices(Path(settings.DATA_DIR) / ACCOUNTS_FILE, now=now, words=words)
    click.echo(words("演示数据已就绪。", "The demonstration data is ready."))
    tell_accounts(known, port=port, words=words)
    return 0


def tell_accounts(known: list[dict[str, Any]], *, port: int | None, words: Words) -> None:
    """How one signs in, and where."""
    click.echo(
        words(
            "演示账号（密码随机，只记在本机，仅供演示）：",
            "Demonstration accounts (random passwords, noted on this machine only):",
        )
    )
    for account in known:
        password = account["password"] or words("（密码已由本人修改）", "(the password was changed)")
        role = _roles(words).get(account["role"], account["role"])
        where = f" · {account['where']}" if account["where"] else ""
        click.echo(f"  {account['username']:<10} {password:<18} {account['name']} · {role}{where}")
    address = f"http://127.0.0.1:{port or default_port()}/"
    click.echo(
        words(f"启动网站：yaodian serve，然后打开 {address}", f"Start the site with yaodian serve, then open {address}")
    )


def _roles(words: Words) -> dict[str, str]:
    return {
        "editor": words("编辑", "editor"),
        "publisher": words("发布", "publisher"),
        "admissions_officer": words("招生工作人员", "admissions officer"),
        "exams_officer": words("考务人员", "exams officer"),
        "auditor": words("审计管理员", "auditor"),
        "security_administrator": words("安全管理员", "security administrator"),
        "system_administrator": words("系统管理员", "system administrator"),
        "registrar": words("数据管理员", "registrar"),
        "head": words("校长", "head"),
        "handler": words("经办人", "handler"),
        "supervisor": words("督查人员", "supervisor"),
        "privacy_officer": words("个人信息保护负责人", "privacy officer"),
        "": words("家长", "parent"),
    }


def _city(*, now: datetime, words: Words) -> dict[str, Any]:
    """The small city, loaded where the database knows no unit yet; the units that the demonstration accounts stand in.

    Nothing is loaded beside units of somebody's own; accounts that need a county or a school are left out there.
    """
    from django.utils import timezone

    from yaodian.indicators.operations import load_demonstration as load_facts
    from yaodian.organisations.queries import units_as_of
    from yaodian.registry.demonstration.city import City
    from yaodian.registry.demonstration.scales import SMALL
    from yaodian.registry.operations import load_city
    from yaodian.registry.queries import return_years

    city = City(SMALL, seed=1)
    if not units_as_of(day=timezone.localdate(now)).exclude(code="bureau").exists():
        click.echo(words("正在放入虚构的城市……", "Loading the invented city …"), err=True)
        load_city(actor=None, city=city, now=now)
        load_facts(years=return_years(), now=now)
    return _places(city, timezone.localdate(now))


def places_of(*, seed: int, scale: str, day: date) -> dict[str, Any]:
    """The units of a synthetic city that the demonstration accounts stand in, as far as they are there."""
    from yaodian.registry.demonstration.city import City
    from yaodian.registry.demonstration.scales import SCALES

    return _places(City(SCALES[scale], seed=seed), day)


def _places(city: Any, day: date) -> dict[str, Any]:
    from yaodian.organisations.queries import units_as_of

    found = {unit.code: unit for unit in units_as_of(day=day).filter(code__in=city.examples.values())}
    return {place: found[code] for place, code in city.examples.items() if code in found}


def _staff(words: Words) -> dict[str, Any]:
    """Who uploads the demonstration plans and who publishes them."""
    from yaodian.organisations.operations import DEMONSTRATION
    from yaodian.organisations.queries import find_account
    from yaodian.organisations.roles import Role

    staff = {}
    for part, wanted in (("editor", Role.EDITOR), ("publisher", Role.PUBLISHER)):
        account = next(
            (
                found
                for username, _name, role, _place in DEMONSTRATION
                if role == wanted and (found := find_account(username=username)) and found.is_demonstration
            ),
            None,
        )
        if account is None:
            raise click.ClickException(
                words(
                    "演示账号的用户名已被别的账号占用，放不了演示要点。请换一个空的数据库再运行 yaodian demo。",
                    "The demonstration accounts' names are taken by others, so the demonstration plans cannot be "
                    "laid. Run yaodian demo on an empty database.",
                )
            )
        staff[part] = account
    return staff


def _cases(places: dict[str, Any], *, now: datetime) -> None:
    """A few cases at the demonstration's school, where it and the two who have a part in them are there."""
    from yaodian.cases.operations import load_demonstration
    from yaodian.organisations.queries import find_account, unit_of_code

    people = {part: find_account(username=name) for part, name in (("supervisor", "ducha"), ("handler", "jingban"))}
    bureau = unit_of_code(code="bureau")
    if "school" not in places or bureau is None or not all(one and one.is_demonstration for one in people.values()):
        return
    load_demonstration(bureau=bureau, school=places["school"], now=now, **people)  # type: ignore[arg-type]  # All found.


def _exams(*, now: datetime) -> None:
    """A published mock examination of the city's upper secondary schools, and the next one in preparation."""
    from django.utils import timezone

    from yaodian.config.simulation.season import schools_teaching
    from yaodian.exams.operations import load_demonstration
    from yaodian.organisations.operations import ensure_root

    schools = schools_teaching(stage="senior", day=timezone.localdate(now))
    load_demonstration(office=ensure_root(now=now), schools=[one.code for one in schools], now=now)


def _duties(places: dict[str, Any], *, editor: Any, now: datetime) -> None:
    """A responsibility list of the demonstration's school."""
    from yaodian.organisations.queries import unit_of_code
    from yaodian.plans.operations.responsibilities import load_demonstration_duties

    bureau = unit_of_code(code="bureau")
    if "school" in places and bureau is not None:
        load_demonstration_duties(editor=editor, unit=places["school"], supervising_unit=bureau, now=now)


def _order_values(editor: Any) -> None:
    """The first worker assesses and computes the measures, so that nobody has to wait for the night; asked for once."""
    from django.db import transaction

    from yaodian.foundation import jobs

    with transaction.atomic():
        for code in ("indicators.assess_ordered", "measures.take_ordered"):
            jobs.enqueue(
                code=code,
                arguments={"actor_id": editor.pk},
                requested_by_id=editor.pk,
                key=f"{code}:demonstration",
            )


def _order_appraisal(editor: Any, publisher: Any) -> None:
    """After the values, a worker makes the invented appraisals; where the second assessor's name is taken, there are none."""
    from django.db import transaction

    from yaodian.foundation import jobs
    from yaodian.organisations.queries import find_account

    second = find_account(username="zhouyi")
    if second is None or not second.is_demonstration:
        return
    with transaction.atomic():
        jobs.enqueue(
            code="appraisal.load_demonstration",
            arguments={"first": editor.pk, "second": second.pk, "third": publisher.pk},
            requested_by_id=editor.pk,
            key="appraisal.load_demonstration:demonstration",
        )


def _order_bulletins(*, editor: Any, publisher: Any) -> None:
    """The first worker writes the bulletins of the last months, after the values that they cite; asked for once."""
    from django.db import transaction

    from yaodian.foundation import jobs

    with transaction.atomic():
        jobs.enqueue(
            code="plans.lay_demonstration_bulletins",
            arguments={"editor_id": editor.pk, "publisher_id": publisher.pk},
            requested_by_id=editor.pk,
            key="plans.lay_demonstration_bulletins:demonstration",
        )


def bring_up(words: Words) -> None:
    """Runs the migrations that wait, and says so."""
    if is_behind():
        from django.core.management import call_command

        click.echo(words("正在建立数据库……", "Creating the database …"), err=True)
        call_command("migrate", interactive=False, verbosity=0)


def is_behind() -> bool:
    """Whether a migration waits to be run."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def ensure_accounts(path: Path, *, now: datetime, places: dict[str, Any]) -> list[dict[str, Any]]:
    """The demonstration accounts with the passwords that still hold (``""`` where a person has changed one).

    A password whose note was lost, because a run was interrupted between the two, is drawn anew.
    """
    import secrets

    from yaodian.organisations.operations import DEMONSTRATION, change_password, ensure_demo_accounts
    from yaodian.organisations.queries import find_account
    from yaodian.registry.operations import link_demonstration_guardian

    noted = _noted(path)
    made = {username: password for username, _, _, password in ensure_demo_accounts(now=now, places=places)}
    result = []
    is_new = False
    for username, name, role, place in DEMONSTRATION:
        account = find_account(username=username)
        if account is None or not account.is_demonstration:
            continue
        password = made.get(username) or noted.get(username, "")
        if not password:
            password = secrets.token_urlsafe(12)
            change_password(actor=None, account=account, new_password=password, now=now)
        elif username not in made and not account.check_password(password):
            password = ""
        is_new = is_new or (bool(password) and noted.get(username) != password)
        if password:
            noted[username] = password
        where = places[place].short_name_then if place in places else ""
        if role is None and place in places:
            link_demonstration_guardian(account=account, school=places[place], now=now)
        result.append(
            {
                "username": username,
                "name": name,
                "role": role.value if role is not None else "",
                "where": where,
                "password": password,
            }
        )
    if is_new:
        _note(path, noted)
    return result


def give_password(path: Path, *, account: Any, now: datetime, where: str = "", role: str = "") -> dict[str, Any]:
    """A password for an invented account that has none, drawn once and noted beside the others."""
    import secrets

    from yaodian.organisations.operations import change_password

    noted = _noted(path)
    password = noted.get(account.username, "")
    if not password:
        password = secrets.token_urlsafe(12)
        change_password(actor=None, account=account, new_password=password, now=now)
        _note(path, {**noted, account.username: password})
    elif not account.check_password(password):
        password = ""
    return {"username": account.username, "name": account.name, "role": role, "where": where, "password": password}


def note_once(path: Path, name: str, words: str) -> str:
    """Keeps words beside the passwords; what was kept before, where there are none."""
    noted = _noted(path)
    if words and noted.get(name) != words:
        _note(path, {**noted, name: words})
    return words or noted.get(name, "")


def _noted(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(password) for name, password in found.items()} if isinstance(found, dict) else {}


def _note(path: Path, passwords: dict[str, str]) -> None:
    """Written whole, for the owner alone (mkstemp makes it so)."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(passwords, stream, ensure_ascii=False, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
