"""Score guidance: pull the edit's features toward the reconstruction's, region by region.

The editing branch and the reconstruction branch run side by side; this module turns the features of both
(the U-Net's taps) and the two person masks into the gradient that is added to the score (paper §3.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from motionfollower.core.config import GuidanceSettings

TAPS = (1, 2)
"""The up blocks whose outputs the losses compare."""

ENERGY = 4000.0
"""The losses' factor before they are differentiated (as released): half precision would lose smaller gradients."""

STRENGTH = 0.04
"""The gradients' factor afterwards (as released)."""


@dataclass(frozen=True)
class Regions:
    """Where each loss looks, at one resolution: float [f, h, w], the share of each cell that lies inside."""

    source_fg: Tensor
    target_fg: Tensor
    source_bg: Tensor
    vacated: Tensor
    shared_bg: Tensor


@dataclass(frozen=True)
class Similarities:
    """How alike the branches are, by tap and frame: [taps, f], in [−1, 1] or [0, 1]; NaN where a region is empty."""

    foreground: Tensor
    body: Tensor
    overlap: Tensor
    complement: Tensor


@dataclass(frozen=True)
class ScoreGradient:
    """The gradient [b, c, f, h, w] to add to v, with the losses that it descends, one number each."""

    gradient: Tensor
    foreground: Tensor
    background: Tensor


def regions(source_mask: Tensor, target_mask: Tensor, fine: tuple[int, int], grid: tuple[int, int]) -> Regions:
    """The regions on a tap's `grid` (h, w), from person masks [f, H, W] sampled at the `fine` grid.

    The released code enlarges every feature to the fine grid and averages there; averaging the masks down
    to the feature's own grid gives the same numbers for a fraction of the memory.
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


def _inside(values: Tensor, region: Tensor) -> Tensor:
    """Mean of `values` [c, f, h, w] over a region [f, h, w]: [f, c], zero for frames where it is empty."""
    area = region.sum((1, 2))
    return torch.einsum("cfhw,fhw->fc", values, region) / area.where(area > 0, 1)[:, None]


def _where_seen(similarity: Tensor, *regions: Tensor) -> Tensor:
    """The similarity [f], NaN for frames where one of its regions is empty; these have no gradient."""
    empty = torch.stack([region.sum((1, 2)) == 0 for region in regions]).any(0)
    return similarity.masked_fill(empty, torch.nan)


def _tap_similarities(
    edit: Tensor, reference: Tensor, where: Regions, settings: GuidanceSettings
) -> tuple[Tensor, ...]:
    """Foreground, body, overlap and complement of one tap [c, f, h, w], each [f]."""
    rewarded, penalised = where.vacated, where.shared_bg
    if settings.regions == "paper":
        rewarded, penalised = penalised, rewarded
    alike = F.cosine_similarity(edit, reference, dim=0)[None]
    foreground = F.cosine_similarity(_inside(edit, where.target_fg), _inside(reference, where.source_fg))
    complement = F.cosine_similarity(_inside(edit, where.vacated), _inside(reference, where.source_bg))
    return (
        _where_seen(foreground, where.target_fg, where.source_fg),
        _where_seen(_inside(alike, rewarded)[:, 0], rewarded),
        _where_seen((_inside(alike, penalised)[:, 0] + 1) / 2, penalised),
        _where_seen((complement + 1) / 2, where.vacated, where.source_bg),
    )


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
        where = regions(source_mask, target_mask, (2 * height, 2 * width), grid)
        by_tap.append(_tap_similarities(edit, reference, where, settings))
    return Similarities(*(torch.stack(term) for term in zip(*by_tap, strict=True)))


def _mean_of_seen(similarity: Tensor) -> tuple[Tensor, Tensor]:
    """Each tap's mean over the frames whose region isn't empty, and whether there is one: [taps] from [taps, f]."""
    seen = ~similarity.isnan()
    return similarity.nan_to_num().sum(1) / seen.sum(1).clamp(min=1), seen.any(1)


def _reward(similarity: Tensor, weight: float) -> Tensor:
    """A loss that falls as the similarity grows: Σ_taps weight / (1 + 4·similarity)."""
    mean, is_seen = _mean_of_seen(similarity)
    return (weight / (1 + 4 * mean) * is_seen).sum()


def _penalty(similarity: Tensor, weight: float) -> Tensor:
    """A loss that grows with the similarity: Σ_taps weight · similarity."""
    mean, is_seen = _mean_of_seen(similarity)
    return (weight * mean * is_seen).sum()


def losses(alike: Similarities, settings: GuidanceSettings) -> tuple[Tensor, Tensor]:
    """The foreground and background losses (paper eq. 8–11, constants as released).

    L_fg = Σ_taps ½ · 4 / (1 + 4·fg);  L_bg = Σ_taps ½ · 6 / (1 + 4·body) + ½ · 1.2 · overlap + 1.2 / (1 + 4·com),
    each similarity averaged over the frames whose region isn't empty; an empty region contributes nothing.
    """
    foreground = settings.foreground * _reward(alike.foreground, 0.5 * 4)
    body = settings.body * _reward(alike.body, 0.5 * 6)
    overlap = settings.overlap * _penalty(alike.overlap, 0.5 * 1.2)
    complement = settings.complement * _reward(alike.complement, 1.2)
    return foreground, body + overlap + complement


def score_gradient(
    latents: Tensor,
    edit_taps: Mapping[int, Tensor],
    reference_taps: Mapping[int, Tensor],
    source_mask: Tensor,
    target_mask: Tensor,
    settings: GuidanceSettings,
) -> ScoreGradient:
    """The score gradient at the editing branch's `latents` [1, c, f, h, w], of which `edit_taps` were computed.

    The foreground's gradient acts inside the target mask, the background's outside of it (paper eq. 12):
    g = scale · 0.04 · (∇ 4000·L_fg · T + ∇ 4000·L_bg · (1 − T)).
    """
    with torch.enable_grad():
        alike = similarities(edit_taps, reference_taps, source_mask, target_mask, settings)
        foreground, background = losses(alike, settings)
        (pull,) = torch.autograd.grad(ENERGY * foreground, latents, retain_graph=True)
        (push,) = torch.autograd.grad(ENERGY * background, latents)
    inside = F.interpolate(target_mask[None].to(latents), latents.shape[-2:], mode="nearest")[None]
    gradient = settings.scale * STRENGTH * (pull * inside + push * (1 - inside))
    return ScoreGradient(gradient, foreground.detach(), background.detach())
