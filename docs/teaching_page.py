"""The teaching page inside the studio: how-a-gan-learns.md as HTML, digits and all.

    python docs/teaching_page.py

Learn explains each of its terms where it stands and leads here for more; the studio
and the exported site have no other pages of the documentation.
"""

import base64
import io
import re
from pathlib import Path

from markdown import markdown
from PIL import Image

DOCS = Path(__file__).parent
OUT = DOCS.parent / "digitgan" / "serving" / "page" / "how_a_gan_learns.html"
FILM = re.compile(r"!\[[^]]*\]\([^)]*\.gif\)")  # is what Learn shows
CURVES = re.compile(r"!\[([^]]*)\]\([^)]*-curves\.png\)")  # too small to read here
FIGURES = re.compile(r"<!-- figures -->.*?<!-- /figures -->", re.DOTALL)
GREYS = 4  # of a picture: the site stays light
PAGE = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>How a GAN learns to write · digitgan</title>
  <link rel="icon" href="icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="page.css">
  <link rel="stylesheet" href="learn_here.css">
</head>
<body>
<header>
  <p id="brand">digitgan</p>
  {title}
  <nav aria-label="Studio">
    <a href=".">Write</a>
    <a href="explore">Explore</a>
    <a href="learn_here">Learn</a>
  </nav>
</header>

<main class="article">
{body}
</main>
</body>
</html>
"""


def picture(match: re.Match[str]) -> str:
    """Return a picture that needs no file of its own."""
    image = Image.open(DOCS / match[2]).convert("L")
    content = io.BytesIO()
    image.quantize(GREYS, dither=Image.Dither.NONE).save(content, "png", optimize=True)
    data = base64.b64encode(content.getvalue()).decode()
    return f'<img alt="{match[1]}" src="data:image/png;base64,{data}">'


def teaching_page() -> str:
    """Return the page as HTML."""
    text = (DOCS / "how-a-gan-learns.md").read_text("utf-8")
    text = FIGURES.sub("", FILM.sub("", text))
    text = CURVES.sub(r"*(\1: plotted on this page in the repository.)*", text)
    text = re.sub(r"!\[([^]]*)\]\(([^)]*)\)", picture, text)
    title, body = markdown(text, extensions=["toc"]).split("\n", 1)
    return PAGE.format(title=title, body=body)


if __name__ == "__main__":
    OUT.write_text(teaching_page(), encoding="utf-8")
    print(f"{OUT}: {OUT.stat().st_size:,} bytes")
