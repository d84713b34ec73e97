"""Masks as they were found, and put right by clicks."""

from __future__ import annotations

from dataclasses import replace

from motionfollower.settings import PrepareSettings
from motionfollower.types import FoundMasks, Prepared
from preprocess.clicks import MaskClick, MaskRefiner
from preprocess.types import Clip, InputError, MaskSequence


def put_right(prepared: Prepared, settings: PrepareSettings, refiner: MaskRefiner) -> Prepared:
    """The preparation with the masks that the settings' clicks make of those that were found.

    Whatever follows from the masks is still as it was. InputError where a click is outside its clip.
    """
    inputs = prepared.inputs
    found = prepared.found or FoundMasks(inputs.source_masks, prepared.target_own_masks)
    clicks = settings.source_clicks, settings.target_clicks
    if found.clicks == clicks:
        return prepared
    source = _refine("source", inputs.source, found.source, clicks[0], refiner)
    target = _refine("target", prepared.target, found.target, clicks[1], refiner)
    return replace(
        prepared,
        inputs=replace(inputs, source_masks=source),
        target_own_masks=target,
        found=replace(found, clicks=clicks),
    )


def _refine(
    role: str, clip: Clip, found: MaskSequence, clicks: tuple[MaskClick, ...], refiner: MaskRefiner
) -> MaskSequence:
    if not clicks:
        return found
    try:
        return refiner.refine(clip, found, clicks)
    except InputError as error:
        raise InputError(f"The {role} clip: {error}") from error
