"""Puts what pydantic found wrong into words, for whatever Animeter is given from outside."""

from pydantic import ValidationError


def wrong_keys(error: ValidationError, whole: str = "the file", most: int | None = None) -> str:
    """Return each key that is wrong and why: `input.size_px: Field required; ...`.

    Args:
        error: what pydantic raised.
        whole: what to call it where no key alone is wrong.
        most: how many keys to name; None names all.
    """
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(
        f"{'.'.join(map(str, part['loc'])) or whole}: {part['msg']}" for part in found[:most]
    )
