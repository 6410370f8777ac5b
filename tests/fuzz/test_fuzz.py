"""Mutated pictures give an image or an error of ours: no crash, no hang, no flood of memory.

A few hundred inputs here, or ANIMETER_FUZZ_INPUTS; `make fuzz` tries 10,000.
"""

import sys

import pytest

from animeter.media.images import read_image
from tests.fuzz.campaign import Campaign
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import seed_files

INPUTS = 300

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="caps memory by way of /proc and rlimits"
)


# Valid files of colour modes that are refused on purpose.
REFUSED = {"tiff-F", "tiff-LAB"}


@pytest.mark.parametrize("name", sorted(set(seed_files()) - REFUSED))
def test_what_fuzzing_starts_from_is_sound(name: str) -> None:
    assert read_image(seed_files()[name]).rgb.size > 0


def test_an_input_depends_on_its_number_and_seed_alone() -> None:
    assert mutated(7, seed=0) == mutated(7, seed=0)
    assert mutated(7, seed=0)[1] != mutated(7, seed=1)[1]


@pytest.mark.slow
def test_a_campaign_notices_whatever_goes_wrong() -> None:
    campaign = Campaign(seed=0, worker="tests.fuzz.dying_worker", hang_limit_s=8)
    campaign.run(0, 12)
    found = {finding.number: finding.why for finding in campaign.findings}
    assert sorted(found) == [1, 3, 5, 7, 9]
    assert "exit code -6" in found[1]
    assert "hung" in found[3]
    assert "processor time" in found[5]
    assert "memory" in found[7]


@pytest.mark.fuzz
def test_mutated_pictures_are_images_or_errors_of_ours() -> None:
    campaign = Campaign(seed=0)
    campaign.run(0, INPUTS)
    assert campaign.findings == []
    assert sum(campaign.outcomes.values()) == INPUTS
    assert campaign.outcomes["image"] > INPUTS // 20, "hardly any got past the first check"
    assert campaign.outcomes["unreadable_image"] > INPUTS // 5, "hardly any was broken"
