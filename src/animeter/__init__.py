"""How much does a picture look like anime, and how much like a cartoon?

    import animeter

    classifier = animeter.load()
    result = classifier.classify("frame.png")
    result.anime, result.cartoon, result.verdict

The names below are loaded when they are first used, so `import animeter` itself costs next to
nothing: it reads neither ONNX Runtime nor Pillow nor pydantic.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # typing.TYPE_CHECKING without paying for the import of typing
if TYPE_CHECKING:
    from animeter.domain.errors import (
        AnimeterError,
        BundleError,
        EmptyImageError,
        FileMissingError,
        HeadError,
        ImageError,
        ImageTooLargeError,
        ManifestError,
        MissingExtraError,
        OutputError,
        RecipeError,
        SettingError,
        TeachingError,
        UnreadableImageError,
        UnsupportedFormatError,
    )
    from animeter.domain.results import Classification, Failure, Result, ScoredLabel
    from animeter.domain.taught_head import TaughtHead
    from animeter.domain.verdict import Thresholds, Verdict, VerdictRule
    from animeter.inference.bundle import Bundle
    from animeter.inference.classifier import Classifier, load
    from animeter.inference.heads import load_head, save_head
    from animeter.media.limits import Limits

# Where each public name lives.
_HOMES = {
    "AnimeterError": "animeter.domain.errors",
    "Bundle": "animeter.inference.bundle",
    "BundleError": "animeter.domain.errors",
    "Classification": "animeter.domain.results",
    "Classifier": "animeter.inference.classifier",
    "EmptyImageError": "animeter.domain.errors",
    "Failure": "animeter.domain.results",
    "FileMissingError": "animeter.domain.errors",
    "HeadError": "animeter.domain.errors",
    "ImageError": "animeter.domain.errors",
    "ImageTooLargeError": "animeter.domain.errors",
    "Limits": "animeter.media.limits",
    "ManifestError": "animeter.domain.errors",
    "MissingExtraError": "animeter.domain.errors",
    "OutputError": "animeter.domain.errors",
    "RecipeError": "animeter.domain.errors",
    "Result": "animeter.domain.results",
    "ScoredLabel": "animeter.domain.results",
    "SettingError": "animeter.domain.errors",
    "TaughtHead": "animeter.domain.taught_head",
    "TeachingError": "animeter.domain.errors",
    "Thresholds": "animeter.domain.verdict",
    "UnreadableImageError": "animeter.domain.errors",
    "UnsupportedFormatError": "animeter.domain.errors",
    "Verdict": "animeter.domain.verdict",
    "VerdictRule": "animeter.domain.verdict",
    "load": "animeter.inference.classifier",
    "load_head": "animeter.inference.heads",
    "save_head": "animeter.inference.heads",
}

__all__ = [
    "AnimeterError",
    "Bundle",
    "BundleError",
    "Classification",
    "Classifier",
    "EmptyImageError",
    "Failure",
    "FileMissingError",
    "HeadError",
    "ImageError",
    "ImageTooLargeError",
    "Limits",
    "ManifestError",
    "MissingExtraError",
    "OutputError",
    "RecipeError",
    "Result",
    "ScoredLabel",
    "SettingError",
    "TaughtHead",
    "TeachingError",
    "Thresholds",
    "UnreadableImageError",
    "UnsupportedFormatError",
    "Verdict",
    "VerdictRule",
    "__version__",
    "load",
    "load_head",
    "save_head",
]


def __getattr__(name: str) -> object:
    """Load a public name from its home the first time it is asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'animeter' has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
