"""Labelled pictures in the forms that other programs read and write, and back, losing nothing."""
