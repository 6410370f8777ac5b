"""Training, evaluating and exporting models. The only place torch is imported."""
