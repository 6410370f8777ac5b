"""Checking pictures before anybody trains on them: what is broken, doubled, leaking or too easy."""
