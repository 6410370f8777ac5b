import pytest

from animeter.datasets.converting.places import Places


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("a.png", "a.png"),
        ("shows/one/a b.png", "shows/one/a b.png"),
        ("../../etc/passwd", "etc/passwd"),
        ("/root/a.png", "root/a.png"),
        ("a/../../b.png", "a/b.png"),
        ("C:\\pictures\\a.png", "C-/pictures/a.png"),
        ("..", "picture"),
        ("", "picture"),
    ],
)
def test_a_picture_never_leaves_the_folder(path: str, kept: str) -> None:
    assert Places().same(path) == kept


def test_no_two_pictures_get_one_place() -> None:
    places = Places()
    assert [places.same(path) for path in ("a.png", "A.png", "../a.png")] == [
        "a.png",
        "A-2.png",
        "a-3.png",
    ]


def test_each_label_has_a_folder_of_its_own_whatever_it_is_called() -> None:
    places = Places()
    labels = ["Fate/stay night", "Fate-stay night", "..", "", "fate-STAY night", "a."]
    found = [places.under(label, "x/1.png") for label in labels]
    assert found == [
        "Fate-stay night/1.png",
        "Fate-stay night-2/1.png",
        "unlabelled/1.png",
        "unlabelled-2/1.png",
        "fate-STAY night-3/1.png",
        "a/1.png",
    ]
    assert places.under("..", "y/1.png") == "unlabelled/1-2.png"
