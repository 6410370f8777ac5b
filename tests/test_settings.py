from pathlib import Path

import pytest

from animeter.domain.errors import SettingError
from animeter.settings import Settings, read_settings


def test_reads_every_variable() -> None:
    settings = read_settings(
        {
            "ANIMETER_HOME": "/somewhere",
            "ANIMETER_THREADS": "3",
            "ANIMETER_PROVIDERS": "CUDAExecutionProvider, CPUExecutionProvider,",
            "ANIMETER_API_KEY": "0123456789abcdef",
        }
    )
    assert settings == Settings(
        home=Path("/somewhere"),
        threads=3,
        providers=("CUDAExecutionProvider", "CPUExecutionProvider"),
        api_key="0123456789abcdef",
    )
    assert "0123456789abcdef" not in repr(settings), "a key must not get into logs"
    assert settings.models_folder == Path("/somewhere/models")


@pytest.mark.parametrize("environ", [{}, {"ANIMETER_HOME": "", "ANIMETER_THREADS": ""}])
def test_an_empty_environment_asks_for_nothing(environ: dict[str, str]) -> None:
    settings = read_settings(environ)
    assert settings.threads is None
    assert settings.providers is None
    assert settings.api_key is None
    assert settings.home.is_absolute()
    assert settings.home.name == "animeter"


def test_a_home_may_start_with_a_tilde() -> None:
    assert read_settings({"ANIMETER_HOME": "~/models"}).home == Path.home() / "models"


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²", " "])
def test_refuses_threads_that_are_no_number_and_says_what_to_do(value: str) -> None:
    with pytest.raises(SettingError, match="ANIMETER_THREADS is") as caught:
        read_settings({"ANIMETER_THREADS": value})
    assert repr(value) in caught.value.message
