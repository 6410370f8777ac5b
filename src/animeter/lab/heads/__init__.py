"""The heads that ship with the built-in model: taught, and judged honestly."""
