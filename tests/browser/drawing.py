"""Draw on a pad with the mouse."""

THREE = [(0.3, 0.25), (0.45, 0.18), (0.6, 0.22), (0.65, 0.33), (0.57, 0.44), (0.45, 0.48)]
THREE += [(0.58, 0.52), (0.68, 0.62), (0.65, 0.76), (0.5, 0.83), (0.33, 0.78)]


def draw(page, *points):
    """Draw a stroke through points, given as shares of the sheet's sides."""
    sheet = page.locator("canvas.sheet")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    positions = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*positions[0])
    page.mouse.down()
    for position in positions[1:]:
        page.mouse.move(*position, steps=4)
    page.mouse.up()
