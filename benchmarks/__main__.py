"""``python -m benchmarks [NAME…] [--peers PYTHON]``: measures, prints tables, keeps them under ``var/benchmarks/``."""

from __future__ import annotations

import click

from benchmarks import accuracy, city, fitness, indicators, jobs, lottery, memory, speed, web

NAMES = ("accuracy", "speed", "memory", "web", "city", "jobs", "indicators", "fitness", "lottery")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar="[NAME]...")
@click.option(
    "--peers",
    metavar="PYTHON",
    type=click.Path(exists=True, dir_okay=False),
    help="The Python of an environment that has the public tools: jionlp, markitdown, trafilatura, python-docx, pdfplumber.",
)
def main(names: tuple[str, ...], peers: str | None) -> None:
    """Run the benchmarks NAME, or all: accuracy, speed, memory, web, city, jobs, indicators, fitness, lottery."""
    for name in names or NAMES:
        click.echo(f"## {name}")
        if name == "speed":
            speed.main(peers)
        else:
            {
                "accuracy": accuracy.main,
                "memory": memory.main,
                "web": web.main,
                "city": city.main,
                "jobs": jobs.main,
                "indicators": indicators.main,
                "fitness": fitness.main,
                "lottery": lottery.main,
            }[name]()


main()
