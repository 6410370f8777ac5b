from pathlib import PurePosixPath

import pytest

from animeter.datasets.collecting.series_names import series_of


@pytest.mark.parametrize(
    ("path", "series"),
    [
        ("[Group] Cowboy Bebop - 05 [1080p][ABCD1234].mkv", "Cowboy Bebop"),
        ("Cowboy.Bebop.S01E05.1080p.BluRay.x264.mkv", "Cowboy Bebop"),
        ("Cowboy_Bebop_S01E05.mkv", "Cowboy Bebop"),
        ("Adventure Time - S02E13 - Mortal Folly.mp4", "Adventure Time"),
        ("Adventure Time 2x13 Mortal Folly.mp4", "Adventure Time"),
        ("Steins;Gate - 12v2.mkv", "Steins;Gate"),
        ("Mob Psycho 100 - 03.mkv", "Mob Psycho 100"),
        ("Akira (1988).mkv", "Akira"),
        ("Akira.1988.1080p.mkv", "Akira"),
        ("ナルト 第12話.mp4", "ナルト"),
        ("My Neighbor Totoro.mkv", "My Neighbor Totoro"),
        ("shows/Bluey/Season 02/01.mkv", "Bluey"),
        ("shows/Bluey (2018)/S01/E07.mkv", "Bluey"),
        ("shows/Bluey/Specials/Episode 3.mkv", "Bluey"),
        ("12.mkv", "12"),
    ],
)
def test_the_show_is_read_from_the_name_or_the_folder(path: str, series: str) -> None:
    assert series_of(PurePosixPath(path)) == series
