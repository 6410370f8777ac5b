"""Several recipes compared on the same pictures, folds and budget."""
