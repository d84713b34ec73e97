"""The tabs of the page, and the panels inside them."""
