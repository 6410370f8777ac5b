import pickle

import pytest

from animeter.domain import errors
from animeter.domain.errors import AnimeterError, ImageError, MissingExtraError

CONCRETE = {
    "BundleError": "bad_bundle",
    "EmptyImageError": "empty_file",
    "FileMissingError": "file_missing",
    "ForbiddenUrlError": "forbidden_url",
    "HeadError": "bad_head",
    "ImageTooLargeError": "image_too_large",
    "LabelError": "bad_label",
    "ManifestError": "bad_manifest",
    "MissingExtraError": "missing_extra",
    "OutputError": "bad_output",
    "RecipeError": "bad_recipe",
    "SettingError": "bad_setting",
    "TaxonomyError": "bad_taxonomy",
    "TeachingError": "bad_teaching",
    "UnreachableUrlError": "unreachable_url",
    "UnreadableImageError": "unreadable_image",
    "UnsupportedFormatError": "unsupported_format",
    "VideoError": "bad_video",
}


def error_classes() -> dict[str, type[AnimeterError]]:
    return {
        name: value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, AnimeterError)
    }


def test_codes_are_pinned_since_other_programs_read_them() -> None:
    found = {name: cls.code for name, cls in error_classes().items()}
    never_raised = {"FetchError": "fetch_failed", "ImageError": "bad_image"}
    assert found == {**CONCRETE, **never_raised, "AnimeterError": "animeter_error"}


def test_the_tree_in_the_docstring_names_every_error_and_its_code() -> None:
    tree = (errors.__doc__ or "").splitlines()
    for name, code in CONCRETE.items():
        assert any(name in line.split() and code in line.split() for line in tree), name


def test_every_error_a_picture_can_cause_is_an_image_error() -> None:
    of_pictures = {cls.code for cls in error_classes().values() if issubclass(cls, ImageError)}
    assert of_pictures == {
        "bad_image",
        "empty_file",
        "unsupported_format",
        "image_too_large",
        "unreadable_image",
    }


def test_message_is_one_line() -> None:
    assert AnimeterError("two\n   lines").message == "two lines"


def test_a_missing_extra_prints_the_command_that_installs_it() -> None:
    error = MissingExtraError("train", "torch")
    assert "pip install 'animeter[train]'" in error.message
    assert "'torch'" in error.message


@pytest.mark.parametrize("error", [MissingExtraError("train", "torch"), ImageError("broken")])
def test_errors_survive_a_process_boundary(error: AnimeterError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.message, vars(again)) == (type(error), error.message, vars(error))
