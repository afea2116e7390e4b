"""Looking at a page as she does: in Chinese, with a thumb.

With SCREENSHOTS=<a folder> a picture of each step is left there, for one's own eyes.
"""

import os
import re

from playwright.sync_api import Page

ALBUM = os.environ.get("SCREENSHOTS")
PHONE = 900  # pixels; what is narrower is held in a hand
SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")

# What a reader sees of no language that is said; the page itself is in Chinese
SEEN_JS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, data } = walker.currentNode;
    const elsewhere = parent.closest("[lang]:not(html), script, style, template");
    if (!elsewhere && parent.checkVisibility()) found.push(data);
  }
  return found;
}"""
# What a thumb would miss: less than 48 pixels high, or too narrow
SMALL_JS = """() => {
  const inputs = "button, select, textarea, input:not([type=hidden]), summary";
  const all = `main :is(${inputs}, .button, .chip), .tabs a, .work-nav a`;
  return [...document.querySelectorAll(all)]
    .map((one) => one.closest("label") ?? one)
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => !one.closest(".visually-hidden, [tabindex='-1']"))
    .filter((one) => {
      const { width, height } = one.getBoundingClientRect();
      return width > 1 && (height < 47.5 || width < 40);
    })
    .map((one) => one.outerHTML.slice(0, 120));
}"""


def look(page: Page, step: str) -> None:
    """See that a page is in Chinese, fits her phone and her thumb; take its picture."""
    if ALBUM:
        page.screenshot(path=f"{ALBUM}/{step}.png")
        page.screenshot(path=f"{ALBUM}/{step}-whole.png", full_page=True)
    assert page.viewport_size is not None
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == width, step
    if width < PHONE:
        seen = page.evaluate(SEEN_JS)
        english = [text for text in seen if SENTENCE.search(text)]
        assert english == [], f"{step}: {english}"
        small = page.evaluate(SMALL_JS)
        assert small == [], f"{step}: {small}"
