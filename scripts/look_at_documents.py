"""Turn Word documents to PDF and to pictures of their pages, for somebody to look at.

    .venv/bin/python scripts/look_at_documents.py FOLDER [FILE.docx …]

Without files it draws the samples of official documents (one of each format of GB/T 9704-2012). FOLDER takes the .docx, the
.pdf and a .png a page. It is no test and no test needs it: whether a page is beautiful is seen, not asserted.

It needs LibreOffice Writer without a screen, a Chinese font and pdftoppm:

    apt-get install --no-install-recommends libreoffice-writer-nogui fonts-noto-cjk poppler-utils

The faces of official documents (方正小标宋, 仿宋_GB2312, 楷体_GB2312) are not free. Where they are missing, Song in its two
weights and a sans stand for them, so that at least the difference between them is seen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WITHIN_SECONDS = 300
DOTS_PER_INCH = "70"
# Which installed family stands for which face: 小标宋 is heavy, 黑体 has no serifs, 楷体 is told from 仿宋 where a Kai is installed.
STANDS_FOR = {
    "方正小标宋简体": ("Noto Serif CJK SC", "bold"),
    "仿宋_GB2312": ("Noto Serif CJK SC", "regular"),
    "宋体": ("Noto Serif CJK SC", "regular"),
    "楷体_GB2312": ("AR PL KaitiM GB", "regular"),
    "黑体": ("Noto Sans CJK SC", "bold"),
    "Times New Roman": ("Liberation Serif", "regular"),
}


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    tools = {name: shutil.which(name) for name in ("soffice", "pdftoppm")}
    missing = [name for name, path in tools.items() if path is None]
    if missing:
        sys.exit(
            f"This needs {', '.join(missing)}. Get it with: sudo apt-get install --no-install-recommends "
            "libreoffice-writer-nogui fonts-noto-cjk poppler-utils"
        )
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    files = [Path(name) for name in sys.argv[2:]] or samples(folder)
    with tempfile.TemporaryDirectory() as scratch:
        fonts = Path(scratch) / "fonts.conf"
        fonts.write_text(font_rules(), encoding="utf-8")
        environment = {**os.environ, "FONTCONFIG_FILE": str(fonts), "HOME": scratch}
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation=file://{scratch}/profile", "--convert-to", "pdf",
             "--outdir", str(folder), *map(str, files)],
            check=True, env=environment, timeout=WITHIN_SECONDS, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    for file in files:
        page = folder / f"{file.stem}.pdf"
        if not page.exists():
            sys.exit(f"LibreOffice made no PDF of {file}.")
        for old in folder.glob(f"{file.stem}-*.png"):
            old.unlink()
        subprocess.run(
            ["pdftoppm", "-r", DOTS_PER_INCH, "-png", str(page), str(folder / file.stem)],
            check=True,
            timeout=WITHIN_SECONDS,
        )
        print(f"{file.stem}: {len(list(folder.glob(f'{file.stem}-*.png')))} pages")


def samples(folder: Path) -> list[Path]:
    """A document of each format, written into the folder, with the companion sheet of the one that has numbers."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    import django
    from django.utils.translation import override

    django.setup()
    from yaodian.foundation.official.tests import samples as made
    from yaodian.foundation.official.writing import write

    files = []
    with override("zh-hans"):
        for name, document in made.ALL.items():
            file = folder / f"{name}.docx"
            file.write_bytes(write(document(), moment=made.MOMENT).content)
            files.append(file)
    return files


def font_rules() -> str:
    """The machine's fonts, and what stands for a face that is missing."""
    rules = "".join(
        f'<match target="pattern"><test name="family"><string>{face}</string></test>'
        f'<edit name="family" mode="append" binding="strong"><string>{family}</string></edit>'
        + ('<edit name="weight" mode="assign"><const>bold</const></edit>' if weight == "bold" else "")
        + "</match>"
        for face, (family, weight) in STANDS_FOR.items()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include>{rules}</fontconfig>'
    )


if __name__ == "__main__":
    main()
