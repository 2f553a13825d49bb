"""Runs one public tool over files and prints its processor time; started by ``speed.py`` in the tools' own environment.

Reads from standard input ``{"tool", "files", "rounds"}`` and prints as its last line ``{"version", "gives", "cpu"}``: what
the tool gives, and the least processor seconds of one round over all files after one that warms up. Nothing of yaodian
is imported here, and none of these tools is a dependency of the project.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def markitdown() -> tuple[str, Callable[[str], object]]:
    from markitdown import MarkItDown

    converter = MarkItDown(enable_plugins=False)
    return "Markdown", lambda path: converter.convert(path).text_content


def python_docx() -> tuple[str, Callable[[str], object]]:
    import docx

    return "text", lambda path: "\n".join(paragraph.text for paragraph in docx.Document(path).paragraphs)


def trafilatura() -> tuple[str, Callable[[str], object]]:
    import trafilatura

    return "text", lambda path: trafilatura.extract(Path(path).read_text(encoding="utf-8"))


def pdfplumber() -> tuple[str, Callable[[str], object]]:
    import pdfplumber

    def text(path: str) -> str:
        with pdfplumber.open(path) as file:
            return "\n".join(page.extract_text() for page in file.pages)

    return "text", text


def jionlp() -> tuple[str, Callable[[str], object]]:
    import jionlp

    def times(path: str) -> list[object]:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        return [jionlp.ner.extract_time(line, time_base={"year": 2026}) for line in lines]

    return "times", times


TOOLS = {
    "markitdown": markitdown,
    "python-docx": python_docx,
    "trafilatura": trafilatura,
    "pdfplumber": pdfplumber,
    "jionlp": jionlp,
}


def main() -> None:
    asked = json.load(sys.stdin)
    gives, convert = TOOLS[asked["tool"]]()
    taken = []
    for _ in range(asked["rounds"] + 1):
        begin = time.process_time()
        for path in asked["files"]:
            if not convert(path):
                sys.exit(f"{asked['tool']} gives nothing for {path}")
        taken.append(time.process_time() - begin)
    version = importlib.metadata.version(asked["tool"])
    print(json.dumps({"version": version, "gives": gives, "cpu": min(taken[1:])}))


main()
