"""Bring the documentation up to date: generated pages, tables, and the output of examples.

    python docs/build.py                          writes what has changed, and says what
    python docs/build.py series.md molecules.md   runs the examples of these pages only

Generated are `methods.md` (from the docstrings of folders and models), `command-line.md` (from the
commands), `benchmarks.md` (from `benchmarks/results/*.json`), the parts of pages between
`<!-- name -->` and `<!-- /name -->`, the numbers of the lines of code that pages quote, and the
output below examples in all pages.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "examples")]

import benchmarks_page  # noqa: E402
import blocks  # noqa: E402
import code_lines  # noqa: E402
import command_line_page  # noqa: E402
import demo  # noqa: E402
import measured  # noqa: E402
import measured_applications  # noqa: E402
import measured_families  # noqa: E402
import measured_rows  # noqa: E402
import measured_samples  # noqa: E402
import methods_page  # noqa: E402

GENERATED = {
    "docs/methods.md": methods_page.page,
    "docs/command-line.md": command_line_page.page,
    "docs/benchmarks.md": benchmarks_page.page,
}
PARTS = {
    "methods": methods_page.short_table,
    "measured": measured.short_table,
    "families": measured_families.families_table,
    "fraud": measured_applications.fraud_table,
    "hearts": measured_applications.hearts_table,
    "alarms": measured_applications.alarms_table,
    "chests": measured_applications.chests_table,
    "bearings": measured_applications.bearings_table,
    "plants": measured_applications.plants_table,
    "intrusion": measured_applications.intrusion_table,
    "customers": measured_applications.customers_table,
    "surfaces": measured_samples.surfaces_table,
    "boards": measured_samples.boards_table,
    "repairs": measured_samples.repairs_table,
    "lines": measured_samples.lines_table,
    "letters": measured_samples.letters_table,
    "clips": measured_samples.clips_table,
    "digits": measured_samples.digits_table,
    "drawn-molecules": measured_samples.drawn_molecules_table,
    "odd-molecules": measured_samples.odd_molecules_table,
    "passing": measured_rows.passing_table,
    "rival-rows": measured_rows.rivals_table,
    "conditions": measured_rows.conditions_table,
    "added-rows": measured_samples.added_rows_table,
    "added-images": measured_samples.added_images_table,
}


def main() -> None:
    """Write every page that has changed."""
    asked = sys.argv[1:]
    for name, make in GENERATED.items():
        _write(ROOT / name, make())
    with tempfile.TemporaryDirectory() as folder:
        demo.write_tumours(Path(folder) / "demo")
        for path in written_pages():
            page = with_parts(path.read_text(encoding="utf-8"))
            run = not asked or path.name in asked
            _write(path, blocks.refresh(page, Path(folder)) if run else page)


def written_pages() -> list[Path]:
    """Return the pages that people write."""
    generated = {ROOT / name for name in GENERATED}
    return [ROOT / "README.md", *sorted(set((ROOT / "docs").glob("*.md")) - generated)]


def with_parts(page: str) -> str:
    """Return a page with its generated parts, and links to code, as they are today."""
    for name, make in PARTS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, opened, rest = page.partition(begin)
        if opened:
            page = f"{before}{begin}{make()}{end}{rest.partition(end)[2]}"
    return code_lines.with_numbers(page)


def _write(path: Path, text: str) -> None:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)} has changed\n")


if __name__ == "__main__":
    main()
