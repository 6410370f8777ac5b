"""What moves in a page without being told to, as browsers measure it (layout shift)."""

WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const what = entry.sources.map(({ node }) => node?.className ?? String(node));
    window.shifts.push([entry.value, ...what]);
  }
}).observe({ type: "layout-shift", buffered: true });
"""
"""Run before the page's own scripts; then `shifts` has each shift's size and what moved."""
