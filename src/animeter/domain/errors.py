"""The errors Animeter raises on purpose.

    AnimeterError
    ├── FileMissingError            file_missing        no file at that path
    ├── ImageError                  bad_image           (never raised itself; catch it for any of:)
    │   ├── EmptyImageError         empty_file          zero bytes
    │   ├── UnsupportedFormatError  unsupported_format  not a picture, or of a kind we cannot read
    │   ├── ImageTooLargeError      image_too_large     more bytes or pixels than the limits allow
    │   └── UnreadableImageError    unreadable_image    a known format, but broken
    ├── VideoError                  bad_video           a video that cannot be opened or decoded
    ├── FetchError                  fetch_failed        (never raised itself; catch it for any of:)
    │   ├── ForbiddenUrlError       forbidden_url       a URL that must not be fetched
    │   └── UnreachableUrlError     unreachable_url     a URL that gave nothing, or not all of it
    ├── BundleError                 bad_bundle          a model folder that is not whole
    ├── HeadError                   bad_head            a taught head that cannot be used
    ├── TeachingError               bad_teaching        pictures or labels that teach nothing
    ├── TaxonomyError               bad_taxonomy        a tree of labels that cannot be used
    ├── ManifestError               bad_manifest        labelled pictures that cannot be used
    ├── LabelError                  bad_label           what a person said of a picture, and cannot
    ├── RecipeError                 bad_recipe          a training recipe that cannot be used
    ├── SettingError                bad_setting         an environment variable with a bad value
    ├── OutputError                 bad_output          a place we cannot write to, or must not
    └── MissingExtraError           missing_extra       an optional package is not installed

Each message says what was got, what was wanted and what to do. The second column is the error's
`code`: it is what machines read (JSON rows carry it) and does not change between versions.
"""

from typing import ClassVar


class AnimeterError(Exception):
    """Anything that went wrong in a way Animeter foresaw; `code` names the kind for machines."""

    code: ClassVar[str] = "animeter_error"

    @property
    def message(self) -> str:
        """The sentence for people, on one line."""
        return " ".join(str(self).split())


class FileMissingError(AnimeterError):
    """There is no file at the path."""

    code = "file_missing"


class ImageError(AnimeterError):
    """A picture could not be turned into an image."""

    code = "bad_image"


class EmptyImageError(ImageError):
    """The file or the bytes are empty."""

    code = "empty_file"


class UnsupportedFormatError(ImageError):
    """The bytes are not a picture, or one of a format that is not read."""

    code = "unsupported_format"


class ImageTooLargeError(ImageError):
    """The picture has more bytes or pixels than the limits allow."""

    code = "image_too_large"


class UnreadableImageError(ImageError):
    """The format is known but the content is broken."""

    code = "unreadable_image"


class VideoError(AnimeterError):
    """A video cannot be opened, or nothing in it can be decoded."""

    code = "bad_video"


class FetchError(AnimeterError):
    """A URL could not be fetched."""

    code = "fetch_failed"


class ForbiddenUrlError(FetchError):
    """A URL that is not fetched, for its own sake or for ours."""

    code = "forbidden_url"


class UnreachableUrlError(FetchError):
    """A URL that gave no answer, no content, or less of it than promised."""

    code = "unreachable_url"


class BundleError(AnimeterError):
    """A model bundle is missing, incomplete or does not match its own description."""

    code = "bad_bundle"


class HeadError(AnimeterError):
    """A taught head is missing, damaged, or reads another model's embedding."""

    code = "bad_head"


class TeachingError(AnimeterError):
    """Pictures and labels that no head can be taught with."""

    code = "bad_teaching"


class TaxonomyError(AnimeterError):
    """A tree of labels is broken, or does not hold what it was asked for."""

    code = "bad_taxonomy"


class ManifestError(AnimeterError):
    """A manifest or a folder of pictures cannot be used as labelled data."""

    code = "bad_manifest"


class LabelError(AnimeterError):
    """What a person says of a picture cannot be kept: no such answer, picture or name."""

    code = "bad_label"


class RecipeError(AnimeterError):
    """A training recipe cannot be used."""

    code = "bad_recipe"


class SettingError(AnimeterError):
    """An environment variable holds a value that cannot be used."""

    code = "bad_setting"


class OutputError(AnimeterError):
    """The output cannot be written, or writing it would destroy something."""

    code = "bad_output"


class MissingExtraError(AnimeterError):
    """An optional package is needed and is not installed.

    Args:
        extra: the extra of `animeter` that brings the package.
        package: the package that could not be imported.
    """

    code = "missing_extra"

    def __init__(self, extra: str, package: str) -> None:
        super().__init__(
            f"This needs the package {package!r}, which is not installed. "
            f"Install it with: pip install 'animeter[{extra}]'"
        )
        self.extra = extra
        self.package = package

    def __reduce__(self) -> tuple[type["MissingExtraError"], tuple[str, str]]:
        """Pickle by the two arguments, so that the error survives a process pool."""
        return (type(self), (self.extra, self.package))
