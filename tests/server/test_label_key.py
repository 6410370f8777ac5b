"""The label page's key: made once, kept for oneself, and the environment's where there is one."""

import os
from pathlib import Path

import pytest

from animeter.domain.errors import SettingError
from animeter.server.label_key import label_key
from animeter.server.options import ServeOptions
from animeter.settings import Settings


def test_it_is_made_once_and_nobody_else_reads_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    key = label_key(settings)
    assert label_key(settings) == key
    assert ServeOptions(api_key=key).api_key == key, "a server takes it"
    assert label_key(Settings(home=tmp_path / "other")) != key
    file = tmp_path / "home" / "label-key"
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0
    file.write_text("")  # a kill between making the file and writing it
    assert len(label_key(settings)) == len(key)


def test_the_environments_comes_first_and_a_place_that_is_none_is_said(tmp_path: Path) -> None:
    assert label_key(Settings(home=tmp_path, api_key="mine")) == "mine"
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="ANIMETER_API_KEY"):
        label_key(Settings(home=tmp_path / "file" / "home"))
