"""Exclusive labels of any kind: networks that tell them, and reports on whoever does."""
