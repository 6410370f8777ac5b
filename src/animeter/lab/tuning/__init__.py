"""Settings of a recipe tried by real trainings."""
