"""Puts what pydantic found wrong into words, for the errors of the files that Animeter reads."""

from pydantic import ValidationError


def wrong_keys(error: ValidationError) -> str:
    """Return each key that is wrong and why: `input.size_px: Field required; ...`."""
    return "; ".join(
        f"{'.'.join(map(str, part['loc'])) or 'the file'}: {part['msg']}" for part in error.errors()
    )
