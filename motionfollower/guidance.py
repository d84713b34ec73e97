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

from motionfollower.types import GuidanceSettings

TAPS = (1, 2)
"""The up blocks whose outputs the losses compare."""

STRENGTH = 160.0
"""Gradient scale of the released code: 0.04 × an energy of 4000."""


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
    """The gradient [b, c, f, h, w] to add to v, with the losses that it descends."""

    gradient: Tensor
    foreground: float
    background: float


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
    """Mean of `values` [c, f, h, w] over a region [f, h, w]: [f, c], NaN for frames where it is empty."""
    area = region.sum((1, 2))
    total = torch.einsum("cfhw,fhw->fc", values, region.to(values.dtype))
    return total / area.masked_fill(area == 0, torch.nan)[:, None]


def _mean_of_seen(similarity: Tensor) -> Tensor | None:
    """Mean over the frames whose region isn't empty; None where there is no such frame."""
    seen = ~similarity.isnan()
    return similarity[seen].mean() if seen.any() else None


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
        foreground,
        _inside(alike, rewarded)[:, 0],
        (_inside(alike, penalised)[:, 0] + 1) / 2,
        (complement + 1) / 2,
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
        edit, reference = edit_taps[tap][0], reference_taps[tap][0]
        grid = (edit.shape[-2], edit.shape[-1])
        where = regions(source_mask, target_mask, (2 * height, 2 * width), grid)
        by_tap.append(_tap_similarities(edit, reference, where, settings))
    return Similarities(*(torch.stack(term) for term in zip(*by_tap, strict=True)))


def losses(alike: Similarities, settings: GuidanceSettings) -> tuple[Tensor, Tensor]:
    """The foreground and background losses (paper eq. 8–11, constants as released).

    L_fg = Σ_taps ½ · 4 / (1 + 4·fg);  L_bg = Σ_taps ½ · 6 / (1 + 4·body) + ½ · 1.2 · overlap + 1.2 / (1 + 4·com),
    each similarity averaged over the frames whose region isn't empty; an empty region contributes nothing.
    """
    zero = alike.foreground.new_zeros(())
    foreground, background = zero, zero
    for fg, body, overlap, complement in zip(
        *(map(_mean_of_seen, term) for term in (alike.foreground, alike.body, alike.overlap, alike.complement)),
        strict=True,
    ):
        if fg is not None:
            foreground = foreground + settings.foreground * 0.5 * 4 / (1 + 4 * fg)
        if body is not None:
            background = background + settings.body * 0.5 * 6 / (1 + 4 * body)
        if overlap is not None:
            background = background + settings.overlap * 0.5 * 1.2 * overlap
        if complement is not None:
            background = background + settings.complement * 1.2 / (1 + 4 * complement)
    return foreground, background


def _gradient(loss: Tensor, latents: Tensor, keep_graph: bool) -> Tensor:
    """∂loss/∂latents; zero where no region was left for the loss to look at."""
    if not loss.requires_grad:
        return torch.zeros_like(latents)
    return torch.autograd.grad(loss, latents, retain_graph=keep_graph)[0]


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
    inside = F.interpolate(target_mask[None].to(latents), latents.shape[-2:], mode="nearest")[None]
    pull = _gradient(foreground, latents, keep_graph=True) * inside
    push = _gradient(background, latents, keep_graph=False) * (1 - inside)
    gradient = settings.scale * STRENGTH * (pull + push)
    return ScoreGradient(gradient, float(foreground.detach()), float(background.detach()))
