"""Types and arithmetic: results, verdicts, model spec, metrics, calibration, errors. No I/O."""
