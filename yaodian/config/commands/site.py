"""The commands of the web site: ``serve``, ``work``, ``migrate``, ``manage``, ``audit verify``. Django comes in when one runs."""

from __future__ import annotations

import os
from typing import Any

import click

from yaodian.config.commands.wording import Language, Talking, TalkingGroup, Words

PORTS = click.IntRange(1, 65_535)


def default_port() -> int:
    """PORT where it is a port, else 8000."""
    chosen = os.environ.get("PORT", "")
    return int(chosen) if chosen.isdecimal() and 0 < int(chosen) <= 65_535 else 8000


def prepare_django() -> None:
    """Settings named and applications loaded; a mistake in the settings becomes one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as problem:
        raise click.ClickException(str(problem)) from problem


def serve_command(language: Language) -> click.Command:
    """``yaodian serve``."""
    words = Words(language)
    return Talking(
        "serve",
        language=language,
        summary=words("启动网站和后台任务", "start the site and its background jobs"),
        help=words(
            "启动网站和后台任务，按 Ctrl-C 停止。第一次启动前请先运行 yaodian migrate（或 yaodian demo）。",
            "Start the site and its background jobs; Ctrl-C stops them. "
            "Run yaodian migrate (or yaodian demo) once before.",
        ),
        callback=lambda **options: _serve(words=words, **options),
        params=[
            click.Option(
                ["--port"],
                type=PORTS,
                help=words("端口；默认取环境变量 PORT，否则 8000。", "Port; by default PORT, else 8000."),
            ),
            click.Option(
                ["--host"],
                default="127.0.0.1",
                help=words(
                    "监听的地址；默认 127.0.0.1，只有本机能打开。",
                    "Address to listen on; by default 127.0.0.1, this machine only.",
                ),
            ),
        ],
    )


def _serve(*, port: int | None, host: str, words: Words) -> int:
    from yaodian.config.serving import UnableToServe, serve

    port = port or default_port()
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    def say() -> None:
        click.echo(words(f"要点已就绪：{address}  按 Ctrl-C 停止。", f"yaodian is ready: {address}  Ctrl-C stops it."))

    try:
        return serve(host=host, port=port, on_ready=say)
    except UnableToServe as problem:
        raise click.ClickException(str(problem)) from problem


def work_command(language: Language) -> click.Command:
    """``yaodian work``."""
    words = Words(language)
    return Talking(
        "work",
        language=language,
        summary=words("只运行后台任务", "run background jobs only"),
        help=words(
            "只运行后台任务，不启动网站，按 Ctrl-C 停止。可在多台机器上同时运行，须使用同一个 PostgreSQL（DATABASE_URL）。",
            "Run background jobs without the site; Ctrl-C stops it. "
            "May run on many machines at once, on the same PostgreSQL (DATABASE_URL).",
        ),
        callback=lambda **options: _work(**options),
        params=[
            click.Option(
                ["--processes"],
                type=click.IntRange(1, 64),
                default=2,
                show_default=True,
                help=words(
                    "进程数；多于一个时，第一个不处理批量任务。",
                    "Processes; of several, the first leaves bulk jobs to the others.",
                ),
            ),
        ],
    )


def _work(*, processes: int) -> int:
    from yaodian.config.serving import work

    return work(processes=processes)


def migrate_command(language: Language) -> click.Command:
    """``yaodian migrate``."""
    words = Words(language)
    return Talking(
        "migrate",
        language=language,
        summary=words("建立或升级数据库", "create or upgrade the database"),
        help=words(
            "建立数据库，或在升级程序后把它改到新版本。可以重复运行；数据不会丢。",
            "Create the database, or bring it to the version of the program. May be repeated; data is kept.",
        ),
        callback=lambda: _migrate(),
    )


def _migrate() -> int:
    prepare_django()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=1)
    return 0


def manage_command(language: Language) -> click.Command:
    """``yaodian manage …``: everything behind it goes to Django."""
    words = Words(language)
    return _PassedOn(
        "manage",
        language=language,
        summary=words("Django 的管理命令", "Django's own commands"),
        help=words(
            "运行 Django 的管理命令，如 yaodian manage check --deploy；yaodian manage help 列出全部。",
            "Run a command of Django, such as yaodian manage check --deploy; yaodian manage help lists them.",
        ),
        callback=_manage,
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
        add_help_option=False,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED, metavar=words("命令…", "COMMAND…"))],
    )


class _PassedOn(Talking):
    """A command that keeps no option for itself, neither the language nor help."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.params = [parameter for parameter in self.params if isinstance(parameter, click.Argument)]


def _manage(arguments: tuple[str, ...]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["yaodian manage", *arguments])
    return 0


def audit_group(language: Language) -> click.Command:
    """``yaodian audit verify``."""
    words = Words(language)
    group = TalkingGroup(
        "audit",
        language=language,
        summary=words("核验操作日志", "check the journal"),
        help=words(
            "操作日志：每一步改动都记在一条不可增删改的链上。",
            "The journal: every change stands in a chain that cannot be edited.",
        ),
    )
    group.add_command(
        Talking(
            "verify",
            language=language,
            summary=words(
                "逐行核对，指出第一处被改动的记录", "check row by row and name the first that was tampered with"
            ),
            help=words(
                "从头核对操作日志的每一行。完好时退出码 0；否则指出第一行有问题的记录，退出码 1。",
                "Check every row of the journal. Exit status 0 when it is whole; otherwise the first broken row is "
                "named and the exit status is 1.",
            ),
            callback=lambda: _verify(words),
        )
    )
    return group


def _verify(words: Words) -> int:
    prepare_django()
    from django.db.utils import DatabaseError

    from yaodian.audit.queries import verify_journal

    try:
        found = verify_journal()
    except DatabaseError as problem:
        raise click.ClickException(
            words(
                f"读不了数据库：{problem}。请先运行 yaodian migrate。",
                f"The database cannot be read: {problem}. Run yaodian migrate first.",
            )
        ) from problem
    if found.ok:
        click.echo(words(f"操作日志完好，共 {found.count} 行。", f"The journal is whole: {found.count} rows."))
        click.echo(words(f"末行指纹 {found.last_hash}", f"last hash {found.last_hash}"))
        return 0
    at = words("表头", "the head row") if found.first_broken_id is None else str(found.first_broken_id)
    click.echo(
        words(
            f"操作日志已被改动。第一处问题：{at}（{found.reason}）。此前 {found.count} 行完好。",
            f"The journal was tampered with. First broken row: {at} ({found.reason}). "
            f"{found.count} rows before it are whole.",
        ),
        err=True,
    )
    return 1
