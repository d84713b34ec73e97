"""Score guidance (paper §3.3): make the edit's features similar to the reconstruction's, region by region.

The U-Net's taps of both branches and the two person masks give, per region, a similarity; the similarities give a
foreground and a background loss; and the gradients of these with respect to the editing branch's latents are added to
its score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from motionfollower.core.config import GuidanceSettings

TAPS = (1, 2)
"""The indices of the up blocks whose outputs the losses compare."""

ENERGY = 4000.0
"""The factor of the losses before they are differentiated (as released); it keeps gradients from underflow in fp16."""

STRENGTH = 0.04
"""The factor of the gradients (as released)."""


@dataclass(frozen=True)
class ScoreGradient:
    """The gradient [b, c, f, h, w] to add to v, and the foreground and background loss that it descends, scalars."""

    gradient: Tensor
    foreground: Tensor
    background: Tensor


def score_gradient(
    latents: Tensor,
    edit_taps: Mapping[int, Tensor],
    reference_taps: Mapping[int, Tensor],
    source_mask: Tensor,
    target_mask: Tensor,
    settings: GuidanceSettings,
) -> ScoreGradient:
    """The score gradient at the editing branch's `latents` [1, c, f, h, w], from which `edit_taps` were computed.

    The gradient of the foreground loss acts inside the target mask T, that of the background loss outside (paper
    eq. 12): g = scale · 0.04 · (∇ 4000·L_fg · T + ∇ 4000·L_bg · (1 − T)). `reference_taps` are the reconstruction
    branch's; masks are [f, H, W].
    """
    with torch.enable_grad():
        terms = similarities(edit_taps, reference_taps, source_mask, target_mask, settings)
        foreground, background = losses(terms, settings)
        (foreground_gradient,) = torch.autograd.grad(ENERGY * foreground, latents, retain_graph=True)
        (background_gradient,) = torch.autograd.grad(ENERGY * background, latents)
    inside = F.interpolate(target_mask[None].to(latents), latents.shape[-2:], mode="nearest")[None]
    combined = foreground_gradient * inside + background_gradient * (1 - inside)
    gradient = settings.scale * STRENGTH * combined
    return ScoreGradient(gradient, foreground.detach(), background.detach())


@dataclass(frozen=True)
class Regions:
    """The regions of the losses at one resolution: float [f, h, w], the fraction of each cell inside the region.

    `vacated` is where only the source person is, `shared_bg` where neither person is.
    """

    source_fg: Tensor
    target_fg: Tensor
    source_bg: Tensor
    vacated: Tensor
    shared_bg: Tensor


def regions(source_mask: Tensor, target_mask: Tensor, fine: tuple[int, int], grid: tuple[int, int]) -> Regions:
    """The regions on a tap's `grid` (h, w), from person masks [f, H, W] sampled at the `fine` grid.

    The released code enlarges all features to the fine grid and averages there. Averaging the masks to the features'
    grid instead gives the same numbers in a fraction of the memory.
    """
    source = F.interpolate(source_mask[None].float(), fine, mode="nearest")[0] > 0.5
    target = F.interpolate(target_mask[None].float(), fine, mode="nearest")[0] > 0.5

    def on_grid(region: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(region.float(), grid)

    return Regions(
        source_fg=on_grid(source),
        target_fg=on_grid(target),
        source_bg=on_grid(~source),
        vacated=on_grid(source & ~target),
        shared_bg=on_grid(~source & ~target),
    )


@dataclass(frozen=True)
class Similarities:
    """The similarities of the branches, each [taps, f], in [−1, 1] or [0, 1]; NaN where a region is empty.

    `foreground` compares the persons; `body` and `overlap` compare the branches pixel by pixel where the losses reward
    and penalise similarity; `complement` compares the edit's vacated region with the reconstruction's background.
    """

    foreground: Tensor
    body: Tensor
    overlap: Tensor
    complement: Tensor


def similarities(
    edit_taps: Mapping[int, Tensor],
    reference_taps: Mapping[int, Tensor],
    source_mask: Tensor,
    target_mask: Tensor,
    settings: GuidanceSettings,
) -> Similarities:
    """Compare the taps [1, c, f, h, w] of both branches region by region; masks are [f, H, W]."""
    height, width = edit_taps[TAPS[-1]].shape[-2:]
    by_tap = []
    for tap in TAPS:
        edit, reference = edit_taps[tap][0].float(), reference_taps[tap][0].float()
        grid = (edit.shape[-2], edit.shape[-1])
        on_tap = regions(source_mask, target_mask, (2 * height, 2 * width), grid)
        by_tap.append(_tap_similarities(edit, reference, on_tap, settings))
    return Similarities(*(torch.stack(term) for term in zip(*by_tap, strict=True)))


def _tap_similarities(
    edit: Tensor, reference: Tensor, on_tap: Regions, settings: GuidanceSettings
) -> tuple[Tensor, ...]:
    """Foreground, body, overlap and complement of one tap [c, f, h, w], each [f]."""
    rewarded, penalised = on_tap.vacated, on_tap.shared_bg
    if settings.regions == "paper":
        rewarded, penalised = penalised, rewarded
    by_pixel = F.cosine_similarity(edit, reference, dim=0)[None]
    foreground = F.cosine_similarity(_masked_mean(edit, on_tap.target_fg), _masked_mean(reference, on_tap.source_fg))
    complement = F.cosine_similarity(_masked_mean(edit, on_tap.vacated), _masked_mean(reference, on_tap.source_bg))
    return (
        _nan_where_empty(foreground, on_tap.target_fg, on_tap.source_fg),
        _nan_where_empty(_masked_mean(by_pixel, rewarded)[:, 0], rewarded),
        _nan_where_empty((_masked_mean(by_pixel, penalised)[:, 0] + 1) / 2, penalised),
        _nan_where_empty((complement + 1) / 2, on_tap.vacated, on_tap.source_bg),
    )


def _masked_mean(values: Tensor, region: Tensor) -> Tensor:
    """Mean of `values` [c, f, h, w] over a region [f, h, w]: [f, c], zero for frames where it is empty."""
    area = region.sum((1, 2))
    return torch.einsum("cfhw,fhw->fc", values, region) / area.where(area > 0, 1)[:, None]


def _nan_where_empty(similarity: Tensor, *regions: Tensor) -> Tensor:
    """The similarity [f], NaN without gradient for frames where one of its regions is empty."""
    empty = torch.stack([region.sum((1, 2)) == 0 for region in regions]).any(0)
    return similarity.masked_fill(empty, torch.nan)


def losses(terms: Similarities, settings: GuidanceSettings) -> tuple[Tensor, Tensor]:
    """The foreground and background losses (paper eq. 8–11, constants as released).

    L_fg = Σ_taps ½ · 4 / (1 + 4·fg);  L_bg = Σ_taps ½ · 6 / (1 + 4·body) + ½ · 1.2 · overlap + 1.2 / (1 + 4·com),
    each similarity averaged over the frames whose region isn't empty; a region that is empty in all adds nothing.
    """
    foreground = settings.foreground * _reward(terms.foreground, 0.5 * 4)
    body = settings.body * _reward(terms.body, 0.5 * 6)
    overlap = settings.overlap * _penalty(terms.overlap, 0.5 * 1.2)
    complement = settings.complement * _reward(terms.complement, 1.2)
    return foreground, body + overlap + complement


def _reward(similarity: Tensor, weight: float) -> Tensor:
    """A loss that falls with the similarity: Σ_taps weight / (1 + 4·similarity)."""
    mean, is_defined = _mean_over_frames(similarity)
    return (weight / (1 + 4 * mean) * is_defined).sum()


def _penalty(similarity: Tensor, weight: float) -> Tensor:
    """A loss that grows with the similarity: Σ_taps weight · similarity."""
    mean, is_defined = _mean_over_frames(similarity)
    return (weight * mean * is_defined).sum()


def _mean_over_frames(similarity: Tensor) -> tuple[Tensor, Tensor]:
    """Each tap's mean over the frames without NaN, and whether there is such a frame: [taps] from [taps, f]."""
    is_defined = ~similarity.isnan()
    return similarity.nan_to_num().sum(1) / is_defined.sum(1).clamp(min=1), is_defined.any(1)
