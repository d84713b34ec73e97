"""Score guidance: regions, losses and the gradient."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from motionfollower.core.config import GuidanceSettings
from motionfollower.sampling.guidance import (
    ENERGY,
    STRENGTH,
    ScoreGradient,
    losses,
    regions,
    score_gradient,
    similarities,
)

FRAMES = 3
DEFAULT = GuidanceSettings()
PAPER = GuidanceSettings(regions="paper")


def person(left: int) -> Tensor:
    """Masks [f, 16, 16] of a person 4 pixels wide and 10 high."""
    mask = torch.zeros(FRAMES, 16, 16)
    mask[:, 3:13, left : left + 4] = 1
    return mask


SOURCE, TARGET = person(left=3), person(left=6)


def latents(seed: int = 0) -> Tensor:
    """Latents [1, 4, f, 4, 4]."""
    return torch.randn(1, 4, FRAMES, 4, 4, generator=torch.Generator().manual_seed(seed))


def taps_of(x: Tensor) -> dict[int, Tensor]:
    """Smooth functions of latents that stand in for taps: 6 channels at 4 × 4, 5 at 8 × 8."""
    generator = torch.Generator().manual_seed(9)
    mix = [torch.randn(channels, 4, generator=generator).to(x) for channels in (6, 5)]
    coarse, fine = (torch.einsum("dc,bcfhw->bdfhw", m, x).tanh() for m in mix)
    return {1: coarse, 2: F.interpolate(fine, scale_factor=(1, 2, 2), mode="trilinear")}


REFERENCE = taps_of(latents() + 0.5 * latents(seed=1))
"""The branches start from the same noise, so their features are similar."""


def gradient_at(
    x: Tensor, source: Tensor = SOURCE, target: Tensor = TARGET, settings: GuidanceSettings = DEFAULT
) -> ScoreGradient:
    x = x.clone().requires_grad_()
    return score_gradient(x, taps_of(x), REFERENCE, source, target, settings)


def losses_at(x: Tensor, settings: GuidanceSettings = DEFAULT) -> tuple[Tensor, Tensor]:
    return losses(similarities(taps_of(x), REFERENCE, SOURCE, TARGET, settings), settings)


def test_regions_partition_the_frame():
    where = regions(SOURCE, TARGET, (16, 16), (16, 16))
    everything = torch.ones(FRAMES, 16, 16)
    assert torch.equal(where.source_fg + where.source_bg, everything)
    assert torch.equal(where.target_fg + where.vacated + where.shared_bg, everything)


def test_a_coarse_region_holds_fractions_that_preserve_the_area():
    fine, coarse = (regions(SOURCE, TARGET, (16, 16), grid).source_fg for grid in ((16, 16), (4, 4)))
    assert coarse[0, 1, 1] == 0.75
    torch.testing.assert_close(coarse.sum() * 16, fine.sum())


def test_masks_are_resized_to_the_nearest_pixel():
    enlarged = F.interpolate(SOURCE[None], scale_factor=3)[0]
    assert torch.equal(
        regions(enlarged, enlarged, (16, 16), (8, 8)).source_fg, regions(SOURCE, SOURCE, (16, 16), (8, 8)).source_fg
    )


def test_equal_features_have_similarity_one():
    everywhere = torch.ones(FRAMES, 16, 16)
    same = {tap: torch.ones_like(feature) for tap, feature in REFERENCE.items()}
    terms = similarities(same, same, SOURCE, TARGET, DEFAULT)
    for similarity in (terms.foreground, terms.body, terms.overlap, terms.complement):
        torch.testing.assert_close(similarity, torch.ones(2, FRAMES))
    assert similarities(same, same, everywhere, TARGET, DEFAULT).overlap.isnan().all()


@pytest.mark.parametrize("settings", [DEFAULT, PAPER])
def test_the_losses_are_the_released_formulas(settings: GuidanceSettings):
    terms = similarities(taps_of(latents()), REFERENCE, SOURCE, TARGET, settings)
    fg, body, over, com = (term.mean(1) for term in (terms.foreground, terms.body, terms.overlap, terms.complement))
    foreground, background = losses(terms, settings)
    torch.testing.assert_close(foreground, (0.5 * 4 / (1 + 4 * fg)).sum())
    expected = 0.5 * 6 / (1 + 4 * body) + 0.5 * 1.2 * over + 1.2 / (1 + 4 * com)
    torch.testing.assert_close(background, expected.sum())


def test_the_paper_swaps_the_rewarded_and_the_penalised_region():
    released, paper = (similarities(taps_of(latents()), REFERENCE, SOURCE, TARGET, it) for it in (DEFAULT, PAPER))
    torch.testing.assert_close((paper.body + 1) / 2, released.overlap)
    torch.testing.assert_close((released.body + 1) / 2, paper.overlap)
    assert torch.equal(paper.foreground, released.foreground)
    assert (gradient_at(latents()).gradient - gradient_at(latents(), settings=PAPER).gradient).abs().max() > 1e-3


@pytest.mark.parametrize("settings", [DEFAULT, PAPER])
def test_the_gradient_matches_finite_differences_of_the_losses(settings: GuidanceSettings):
    """Of the foreground loss inside the target mask, of the background loss outside."""
    x, step = latents(), 1e-2
    inside = F.interpolate(TARGET[None], (4, 4), mode="nearest")[0].bool()
    gradient = gradient_at(x, settings=settings).gradient
    for index in [(0, 1, 0, 1, 2), (0, 2, 1, 2, 1), (0, 0, 2, 0, 3), (0, 3, 2, 2, 2)]:
        ahead, behind = x.clone(), x.clone()
        ahead[index] += step
        behind[index] -= step
        loss = 0 if inside[index[2:]] else 1
        slope = (losses_at(ahead, settings)[loss] - losses_at(behind, settings)[loss]) / (2 * step)
        assert gradient[index].item() == pytest.approx(STRENGTH * ENERGY * slope.item(), rel=0.01, abs=0.02)


def test_a_step_down_the_gradient_lowers_the_losses():
    x = latents()
    moved = x - 1e-4 * gradient_at(x).gradient
    assert sum(losses_at(moved)) < sum(losses_at(x))


def test_the_scale_multiplies_the_gradient_and_weights_their_terms():
    half = gradient_at(latents(), settings=GuidanceSettings(scale=0.5))
    torch.testing.assert_close(2 * half.gradient, gradient_at(latents()).gradient)
    only_foreground = gradient_at(latents(), settings=GuidanceSettings(body=0, overlap=0, complement=0))
    inside = F.interpolate(TARGET[None], (4, 4), mode="nearest")[None, 0].bool().expand_as(half.gradient)
    assert only_foreground.background == 0
    assert not only_foreground.gradient[~inside].any()
    assert only_foreground.gradient[inside].any()


def replaced(masks: Tensor, frame: int, value: Tensor | float) -> Tensor:
    masks = masks.clone()
    masks[frame] = value
    return masks


EMPTY_IN_ONE_FRAME: Mapping[str, tuple[Tensor, Tensor]] = {
    "no source person": (replaced(SOURCE, 1, 0), TARGET),
    "no target person": (SOURCE, replaced(TARGET, 1, 0)),
    "no person": (replaced(SOURCE, 1, 0), replaced(TARGET, 1, 0)),
    "the same person": (replaced(SOURCE, 1, TARGET[1]), TARGET),
    "source everywhere": (replaced(SOURCE, 1, 1), TARGET),
    "target everywhere": (SOURCE, replaced(TARGET, 1, 1)),
}


@pytest.mark.parametrize("case", EMPTY_IN_ONE_FRAME)
def test_an_empty_region_in_one_frame_leaves_the_others_guided(case: str):
    guided = gradient_at(latents(), *EMPTY_IN_ONE_FRAME[case])
    assert guided.gradient.isfinite().all()
    assert guided.gradient[:, :, [0, 2]].abs().amax((1, 3, 4)).min() > 1e-3


def test_the_mean_is_over_the_frames_with_the_region():
    terms = similarities(taps_of(latents()), REFERENCE, *EMPTY_IN_ONE_FRAME["no source person"], DEFAULT)
    assert terms.foreground.isnan().tolist() == [[False, True, False]] * 2
    foreground, _ = losses(terms, DEFAULT)
    torch.testing.assert_close(foreground, (2 / (1 + 4 * terms.foreground[:, [0, 2]].mean(1))).sum())


def test_without_a_person_only_the_background_guides():
    empty = torch.zeros_like(SOURCE)
    guided = gradient_at(latents(), empty, empty)
    assert guided.foreground == 0
    assert guided.background > 0
    assert guided.gradient.isfinite().all()
    everywhere = gradient_at(latents(), empty + 1, empty + 1)
    assert everywhere.background == 0
    assert everywhere.gradient.isfinite().all()


def test_half_precision_features_give_the_same_gradient():
    x = latents().requires_grad_()
    exact = score_gradient(x, taps_of(x), REFERENCE, SOURCE, TARGET, DEFAULT).gradient
    taps, reference = ({tap: it.half() for tap, it in these.items()} for these in (taps_of(x), REFERENCE))
    half = score_gradient(x, taps, reference, SOURCE, TARGET, DEFAULT).gradient
    assert ((half - exact).norm() / exact.norm()).item() < 0.01
