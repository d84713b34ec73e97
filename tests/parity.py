"""Compare our networks with the numbers that were recorded from the released code.

    python tests/parity.py CASE_DIR

prints `name rel_l2` a line and last `worst NAME VALUE`, and exits with 1 where one is past its tolerance.
What a case lacks is passed over, so that the small case in tests/data works like a whole one.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, only its own folder is on the path

from motionfollower.models.config import NetworksConfig
from motionfollower.models.kv import KVRecorder, KVReference
from motionfollower.models.layers import unfold
from motionfollower.models.networks import Networks
from motionfollower.models.unet import UNet
from motionfollower.weights.load import WeightFiles, load_files

Row = tuple[str, float, float]  # name, relative L2 error, tolerance

MODULES = 1e-5


@dataclass(frozen=True)
class Case:
    """A folder of recorded numbers."""

    folder: Path

    @cached_property
    def config(self) -> dict[str, Any]:
        return json.loads((self.folder / "config.json").read_text())

    def tensors(self, name: str) -> dict[str, Tensor]:
        """The recorded tensors of one file, none where the case lacks it."""
        path = self.folder / f"{name}.safetensors"
        return load_file(path) if path.exists() else {}

    @cached_property
    def networks(self) -> Networks:
        return self.load("denoising_unet")

    def load(self, *unet_files: str) -> Networks:
        """The case's model with its U-Net from these files, later ones overruling earlier ones."""
        weights = {path.stem: path for path in (self.folder / "weights").iterdir()}
        files = WeightFiles(
            unet=tuple(weights[name] for name in unet_files),
            pose_controller=weights["pose_guider"],
            image_encoder=weights["clip"],
            codec=weights["vae"],
        )
        return load_files(read_config(self.config), files)

    @cached_property
    def inputs(self) -> Inputs:
        raw = {key.removesuffix("_u8"): value.float() for key, value in self.tensors("preprocessed").items()}
        return Inputs(
            encoder_pixels=raw["clip"] / 127.5 - 1,
            appearance=raw["appearance"].transpose(1, 2) / 255 * 2 - 1,
            source_pose=raw["source_pose"] / 255,
            target_pose=raw["target_pose"] / 255,
            source_masks=raw["source_masks"],
            target_masks=raw["target_masks"],
        )


@dataclass(frozen=True)
class Inputs:
    """A case's inputs after the released preprocessing, as our networks take them."""

    encoder_pixels: Tensor  # [f, 3, s, s] in [−1, 1]
    appearance: Tensor  # [1, 3, f, H, W] in [−1, 1]
    source_pose: Tensor  # [1, 3, f, H, W] in [0, 1]
    target_pose: Tensor
    source_masks: Tensor  # [f, 1, H, W] in {0, 1}
    target_masks: Tensor


def read_config(case: dict[str, Any]) -> NetworksConfig:
    """The networks' configuration, which a case keeps under the released code's own names."""
    return NetworksConfig.from_json(
        {
            "unet": case["unet_config"],
            "appearance_adapter": case["adapter"],
            "pose_guider": case["pose_guider"],
            "image_encoder": case["clip"],
            "codec": case["vae"],
            "scheduler": case["scheduler_kwargs"],
            "prediction_type": case["scheduler_kwargs"]["prediction_type"],
            "size": (case["run"]["W"], case["run"]["H"]),
        }
    )


def rel_l2(ours: Tensor, recorded: Tensor) -> float:
    """‖ours − recorded‖ / ‖recorded‖."""
    assert ours.shape == recorded.shape, f"{tuple(ours.shape)} is not {tuple(recorded.shape)}"
    return ((ours - recorded).norm() / recorded.norm()).item()


def modules(case: Case) -> Iterator[Row]:
    """Every network by itself; a recorded number that nothing of ours answers to is infinitely wrong."""
    recorded = case.tensors("modules")
    unanswered = {name for name in recorded if ".in." not in name}
    for part in (encoders, unet_passes, activations, camera_mode, estimator, decoder):
        for name, ours in part(case, recorded):
            if name in recorded:
                unanswered.discard(name)
                yield name, rel_l2(ours, recorded[name]), MODULES
    for name in sorted(unanswered):
        yield name, math.inf, MODULES


Part = Iterator[tuple[str, Tensor]]
Recorded = dict[str, Tensor]


def encoders(case: Case, recorded: Recorded) -> Part:
    """The controllers and the image encoder."""
    networks, inputs = case.networks, case.inputs
    yield "pose_guider.out.source", networks.pose_controller(inputs.source_pose)
    yield "pose_guider.out.target", networks.pose_controller(inputs.target_pose)
    yield "clip.out.image_embeds", networks.image_encoder.embed(inputs.encoder_pixels)
    for level, feature in enumerate(networks.unet.encode_appearance(inputs.appearance)):
        yield f"adapter_denoising.out.{level}", feature


@dataclass(frozen=True)
class Pass:
    """What the U-Net looks at in the recorded passes."""

    unet: UNet
    embeds: Tensor
    source_pose: Tensor
    target_pose: Tensor
    appearance: tuple[Tensor, ...]
    x: Tensor
    y: Tensor

    @classmethod
    def of(cls, networks: Networks, inputs: Inputs, recorded: Recorded) -> Pass:
        return cls(
            unet=networks.unet,
            embeds=recorded["clip.out.image_embeds"][None, :, None],
            source_pose=networks.pose_controller(inputs.source_pose),
            target_pose=networks.pose_controller(inputs.target_pose),
            appearance=networks.unet.encode_appearance(inputs.appearance),
            x=recorded["unet.in.x"],
            y=recorded["unet.in.y"],
        )

    def conditional(self, latents: Tensor, timestep: int, pose: Tensor, kv: KVRecorder | None = None) -> Tensor:
        return self.unet(latents, timestep, self.embeds, pose, self.appearance, kv)

    def with_cfg(self, latents: Tensor, timestep: int, kv: KVReference | None = None) -> Tensor:
        """Both halves of CFG, with the target pose."""
        embeds = torch.cat([torch.zeros_like(self.embeds), self.embeds])
        return self.unet(torch.cat([latents, latents]), timestep, embeds, self.target_pose, self.appearance, kv)


def unet_passes(case: Case, recorded: Recorded) -> Part:
    """The U-Net at several timesteps, conditional and with CFG."""
    run = Pass.of(case.networks, case.inputs, recorded)
    no_pose = torch.zeros_like(run.source_pose)
    yield "unet.out.cond_i5_t499_nopose", run.conditional(run.x, 499, no_pose)
    yield "unet.out.cond_i5_t19_posescale0.5", run.conditional(run.x, 19, run.target_pose / 2)
    yield "unet.out.cfg_i5_t999", run.with_cfg(run.x, 999)
    yield "unet.out.camFalse_cfg_i25_t499", run.with_cfg(run.y, 499)
    yield "unet.out.camTrue_cond_iter-2_t479", run.conditional(run.y, 479, run.target_pose)


def activations(case: Case, recorded: Recorded) -> Part:
    """The outputs of some of the U-Net's parts, by their names, in one pass."""
    run = Pass.of(case.networks, case.inputs, recorded)
    prefix, seen = "unet.act.cond_i5_t499.", {}

    def keep(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            seen[name] = output[0] if isinstance(output, tuple) else output

        return hook

    names = [key.removeprefix(prefix) for key in recorded if key.startswith(prefix)]
    hooks = [run.unet.get_submodule(name).register_forward_hook(keep(name)) for name in names]
    yield "unet.out.cond_i5_t499_savekv", run.conditional(run.x, 499, run.source_pose)
    for hook in hooks:
        hook.remove()
    for name, output in seen.items():
        yield prefix + name, unfold(output, run.x.shape[2]) if output.ndim == 4 else output


def camera_mode(case: Case, recorded: Recorded) -> Part:
    """A reconstruction pass that records its keys and values, and an editing pass that attends to them."""
    run = Pass.of(case.networks, case.inputs, recorded)
    recorder = KVRecorder()
    yield "unet.out.camTrue_save_i25_t499", run.conditional(run.x, 499, run.source_pose, recorder)
    for name, module in run.unet.named_modules():
        if module in recorder.layers:
            key, value = recorder.layers[module]
            layer = name.removesuffix(".transformer_blocks.0.attn1")
            yield f"kv.{layer}.key", key
            yield f"kv.{layer}.value", value
    reference = KVReference(recorder, case.inputs.source_masks, case.inputs.target_masks)
    yield "unet.out.camTrue_cfg_inject_i25_t499", run.with_cfg(run.y, 499, reference)


def estimator(case: Case, recorded: Recorded) -> Part:
    """Tapped features, of the released code's second U-Net."""
    if not (case.folder / "weights" / "estimator_delta.safetensors").exists():
        return
    run = Pass.of(case.load("denoising_unet", "estimator_delta"), case.inputs, recorded)
    for level, feature in enumerate(run.appearance):
        yield f"adapter_estimator.out.{level}", feature
    features = run.unet.features(run.x, 479, run.embeds, run.target_pose, run.appearance, taps=(1, 2))
    for index, tap in features.taps.items():
        yield f"estimator.out.up_ft.{index}.x_t479_targetpose", tap
    yield "estimator.out.sample.x_t479_targetpose", run.unet.finish(features)


def decoder(case: Case, recorded: Recorded) -> Part:
    """The autoencoder's frames, from latents that were recorded without their scale."""
    latents = recorded["vae.in.z"].transpose(0, 1)[None] * case.networks.config.codec.scaling_factor
    yield "vae.out.decode", case.networks.codec.decode(latents)[0].transpose(0, 1)


SECTIONS = (modules,)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare our networks with recorded numbers.")
    parser.add_argument("case", type=Path, help="the folder of the recorded case")
    case = Case(parser.parse_args(arguments).case)
    rows: list[Row] = []
    with torch.no_grad():
        for section in SECTIONS:
            for row in section(case):
                print(f"{row[0]} {row[1]:.3g}", flush=True)
                rows.append(row)
    name, value, tolerance = max(rows, key=lambda row: row[1] / row[2])
    print(f"worst {name} {value:.3g}")
    return int(value > tolerance)


if __name__ == "__main__":
    sys.exit(main())
