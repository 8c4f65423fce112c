"""Write docs/architecture.md: every module's first line, and a picture of the rooms.

python docs/architecture.py           writes the page's tree and its picture
python docs/architecture.py --check   exits with 1 where they are not of today
"""

import ast
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "digitgan"
PAGE = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
BEGIN, END = "<!-- tree -->", "<!-- /tree -->"
ROOMS = (  # the way of the data
    "data",
    "measure",
    "model",
    "sampling",
    "handwriting",
    "datasets",
    "evaluation",
    "training",
    "exporters",
    "serving",
    "cli",
)
WIDTH, ROW, LEFT = 820, 46, 40  # of the picture, its rows and its margin


def first_line(path: Path) -> str:
    """Return the first line of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return (docstring or "").split("\n")[0]


def tree() -> str:
    """Return all modules, room by room, in the order of the data."""
    lines = [f"digitgan/  {first_line(PACKAGE / '__init__.py')}"]
    lines += _files(PACKAGE, 1)
    for room in ROOMS:
        lines += _folder(PACKAGE / room, 1)
    return "\n".join(["```text", *lines, "```"])


def _folder(folder: Path, depth: int) -> list[str]:
    name = f"{'  ' * depth}{folder.name}/"
    lines = [f"{name:<36}{first_line(folder / '__init__.py')}".rstrip()]
    lines += _files(folder, depth + 1)
    for inner in sorted(p for p in folder.iterdir() if (p / "__init__.py").exists()):
        lines += _folder(inner, depth + 1)
    return lines


def _files(folder: Path, depth: int) -> list[str]:
    names = (p for p in sorted(folder.glob("*.py")) if p.name != "__init__.py")
    return [f"{'  ' * depth + p.name:<36}{first_line(p)}".rstrip() for p in names]


def imports_of(room: str) -> set[str]:
    """Return the rooms that a room imports from."""
    found = set()
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                parts = f"{node.module}.".split(".")
                if parts[0] == "digitgan":
                    found.add(parts[1])
    return found & set(ROOMS) - {room}


def picture() -> str:
    """Return the rooms from top to bottom; an arc leads to each that one imports."""
    height = LEFT + ROW * len(ROOMS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="system-ui, sans-serif" font-size="14">',
        "<title>The rooms of digitgan and what each imports</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="24" fill="#666">data flows down; '
        "an arc leads from a room up to one that it imports</text>",
    ]
    middle = {room: LEFT + ROW * (i + 0.5) for i, room in enumerate(ROOMS)}
    for room in ROOMS:
        for other in sorted(imports_of(room), key=ROOMS.index):
            bend = 24 * abs(ROOMS.index(room) - ROOMS.index(other))
            start, end = middle[room], middle[other] + 4
            parts.append(
                f'<path d="M 180 {start} C {200 + bend} {start} {200 + bend} {end} '
                f'184 {end}" fill="none" stroke="#7a93ad" stroke-opacity="0.6"/>'
            )
    for room in ROOMS:
        line = first_line(PACKAGE / room / "__init__.py").replace("`", "")
        line, y = line.partition(":")[0].rstrip("."), middle[room]
        parts += [
            f'<rect x="{LEFT}" y="{y - 16}" width="140" height="32" rx="6" '
            'fill="#eef3f8" stroke="#7a93ad"/>',
            f'<text x="{LEFT + 12}" y="{y + 5}" font-weight="600">{room}/</text>',
            f'<text x="420" y="{y + 5}" fill="#333">{escape(line)}</text>',
        ]
    return "\n".join([*parts, "</svg>\n"])


def page() -> str:
    """Return the page with the tree of today."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{tree()}\n{END}{after}"


def main() -> None:
    """Write or check both files."""
    files = {PAGE: page(), PICTURE: picture()}
    if "--check" not in sys.argv:
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        return
    stale = [p.name for p, text in files.items() if p.read_text("utf-8") != text]
    if stale:
        sys.exit(f"not of today: {', '.join(stale)}: run python docs/architecture.py")


if __name__ == "__main__":
    main()
