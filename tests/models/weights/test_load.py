"""Strict loading: the embedded weights give the recorded numbers; every fault raises an error that names it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from motionfollower.core.errors import WeightsError
from motionfollower.models.codecs import KLCodec
from motionfollower.models.config import NetworksConfig, PoseControllerConfig
from motionfollower.models.controllers import PoseController
from motionfollower.models.model import Networks
from motionfollower.models.weights.load import WeightFiles, fill_module, load_files, load_networks
from motionfollower.models.weights.tensor_files import read_state_dict
from motionfollower.pipeline.backends import SMALL_NETS
from tools.oracle import read_config as read_case_config

ROOT = Path(__file__).parents[3]
EMBEDDED = ROOT / "assets" / "embedded"
CONFIG = PoseControllerConfig((4, 8, 12), 16)


def rel_l2(ours: Tensor, recorded: Tensor) -> float:
    assert ours.shape == recorded.shape
    return float((ours - recorded).norm() / recorded.norm())


@pytest.fixture(scope="module")
def embedded() -> Networks:
    return load_networks(EMBEDDED)


@torch.no_grad()
def run_embedded(networks: Networks, check: dict[str, Tensor], sample: int) -> tuple[Tensor, Tensor, Tensor]:
    """The image token, pose feature and x0 of one recorded sample, each a clip of one frame."""
    chosen = slice(sample, sample + 1)
    source, puppet, pose = (check[f"{name}_u8"][chosen, :, None].float() for name in ("source", "puppet", "pose"))
    embeds = networks.image_encoder(source / 127.5 - 1)
    pose_features = networks.pose_controller(pose / 255)
    appearance = networks.unet.encode_appearance(torch.cat([source, puppet], dim=1) / 127.5 - 1)
    timestep = int(check["timestep"][sample])
    x0 = networks.unet(check["x"][chosen, :, None], timestep, embeds, pose_features, appearance)
    return embeds[:, 0, 0], pose_features[:, :, 0], x0[:, :, 0]


def test_the_embedded_model_reproduces_the_recorded_numbers(embedded: Networks):
    with np.load(ROOT / "tests" / "data" / "embedded_check.npz") as file:
        check = {name: torch.from_numpy(file[name]) for name in file}
    embeds, pose, x0 = run_embedded(embedded, check, 0)
    assert rel_l2(embeds, check["image_embeds"]) < 1e-5
    assert rel_l2(pose[..., ::4, ::4], check["pose_feature"]) < 1e-5
    assert rel_l2(x0[..., ::4, ::4], check["x0"]) < 1e-5


@pytest.mark.parametrize("sample", [0, 1])
def test_the_first_embedded_model_reproduces_its_recorded_numbers(shared: Path, sample: int):
    """Its numbers were recorded by another implementation, which trained it; it had another codec."""
    config = json.loads((shared / "embedded/config.json").read_text()) | {"codec": {"layer": 4}}
    config["image_encoder"]["normalize"] = False
    networks = load_files(NetworksConfig.from_json(config), WeightFiles.in_folder(shared / "embedded"))
    check = load_file(shared / "embedded" / "check.safetensors")
    names = ("image_embeds", "pose_feature", "x0")
    for name, ours in zip(names, run_embedded(networks, check, sample), strict=True):
        assert rel_l2(ours, check[name][sample : sample + 1]) < 1e-5, name


def test_the_embedded_model_is_ready_for_inference(embedded: Networks):
    assert not any(parameter.requires_grad for parameter in embedded.unet.parameters())
    assert not embedded.unet.training
    assert load_networks(EMBEDDED, torch.float16).unet.conv_in.weight.dtype == torch.float16


def filled(*paths: Path) -> PoseController:
    with torch.device("meta"):
        controller = PoseController(CONFIG)
    fill_module(controller, paths, torch.float32)
    return controller


@pytest.fixture
def state() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return {key: torch.randn_like(tensor) for key, tensor in PoseController(CONFIG).state_dict().items()}


@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".bin"])
def test_every_file_format_loads(tmp_path: Path, state: dict[str, Tensor], suffix: str):
    path = tmp_path / f"weights{suffix}"
    save_file(state, path) if suffix == ".safetensors" else torch.save(state, path)
    for key, tensor in filled(path).state_dict().items():
        assert torch.equal(tensor, state[key])


def test_files_older_than_torch_1_6_load(tmp_path: Path, state: dict[str, Tensor]):
    torch.save(state, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert torch.equal(filled(tmp_path / "old.pth").conv_in.weight, state["conv_in.weight"])


def test_later_files_override_earlier_ones(tmp_path: Path, state: dict[str, Tensor]):
    base = {key: tensor for key, tensor in state.items() if not key.startswith("conv_out")}
    save_file(base, tmp_path / "base.safetensors")
    motion = {f"module.{key}": state[key] for key in ("conv_out.weight", "conv_out.bias")}
    torch.save(motion, tmp_path / "motion.pth")
    save_file({"conv_in.bias": torch.full((4,), 7.0)}, tmp_path / "trained.safetensors")
    controller = filled(*(tmp_path / name for name in ("base.safetensors", "motion.pth", "trained.safetensors")))
    assert torch.equal(controller.conv_out.weight, state["conv_out.weight"])
    assert controller.conv_in.bias.tolist() == [7.0] * 4


def test_the_released_layout_loads(tmp_path: Path):
    """The weights of the oracle's case, split and named as the released files, give the same networks."""
    case = ROOT / "tests" / "data" / "case_a"
    whole = load_file(case / "weights" / "denoising_unet.safetensors")
    motion = {key: tensor for key, tensor in whole.items() if "motion_modules" in key}
    trained = {key: tensor for key, tensor in whole.items() if key not in motion}
    base = {key: tensor + 1 for key, tensor in trained.items() if not key.startswith("appearance")}
    vae = load_file(case / "weights" / "vae.safetensors")
    old_vae = {key.replace(".to_q.", ".query.").replace(".to_out.0.", ".proj_attn."): vae[key] for key in vae}
    for name in ("sd-image-variations/unet", "sd-image-variations/image_encoder", "sd-vae-ft-mse", "motionfollower"):
        (tmp_path / name).mkdir(parents=True)
    torch.save(base, tmp_path / "sd-image-variations/unet/diffusion_pytorch_model.bin")
    shutil.copy(case / "weights/clip.safetensors", tmp_path / "sd-image-variations/image_encoder/model.safetensors")
    save_file(old_vae, tmp_path / "sd-vae-ft-mse/diffusion_pytorch_model.safetensors")
    torch.save(
        {f"module.{key}": tensor for key, tensor in motion.items()}, tmp_path / "motionfollower/motion_module.pth"
    )
    torch.save(trained, tmp_path / "motionfollower/denoising_unet.pth")
    torch.save(load_file(case / "weights/pose_guider.safetensors"), tmp_path / "motionfollower/poctr.pth")

    config = read_case_config(json.loads((case / "config.json").read_text()))
    networks = load_files(config, WeightFiles.released(tmp_path))
    for key, tensor in networks.unet.state_dict().items():
        assert torch.equal(tensor, whole[key].float()), key
    assert isinstance(networks.codec, KLCodec)
    assert torch.equal(
        networks.codec.vae.decoder.mid_block.attentions[0].to_q.weight,
        vae["decoder.mid_block.attentions.0.to_q.weight"],
    )


Fault = Callable[[dict[str, Tensor]], object]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda s: s.pop("blocks.0.bias"), r"1 missing \(blocks\.0\.bias\)"),
        (lambda s: s.update(extra=torch.ones(1)), r"1 unknown \(extra\)"),
        (lambda s: s.update({"conv_in.bias": torch.ones(5)}), r"of another shape \(conv_in\.bias is \[5\], not \[4\]"),
        (lambda s: s["conv_in.weight"].view(-1)[3].fill_(torch.nan), r"NaN or infinity .*\(conv_in\.weight\)"),
        (lambda s: s["conv_in.weight"].view(-1)[3].fill_(torch.inf), r"NaN or infinity .*\(conv_in\.weight\)"),
    ],
)
def test_faults_are_named(tmp_path: Path, state: dict[str, Tensor], fault: Fault, message: str):
    fault(state)
    save_file(state, tmp_path / "poctr.safetensors")
    with pytest.raises(WeightsError, match=message) as error:
        filled(tmp_path / "poctr.safetensors")
    assert "poctr.safetensors" in str(error.value)


def test_a_file_of_another_model_names_a_few_keys_and_counts_the_rest():
    with pytest.raises(WeightsError, match=r"12 missing .*, …\); 56 unknown .*, …\)") as error:
        filled(EMBEDDED / "image_encoder.safetensors")
    assert len(str(error.value)) < 800


def test_weights_that_overflow_the_dtype_are_an_error(tmp_path: Path, state: dict[str, Tensor]):
    state["conv_in.bias"][0] = 1e6
    save_file(state, tmp_path / "poctr.safetensors")
    with torch.device("meta"):
        controller = PoseController(CONFIG)
    with pytest.raises(WeightsError, match="infinity"):
        fill_module(controller, [tmp_path / "poctr.safetensors"], torch.float16)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize("kept", [0, 9, 200, 3000])
def test_truncated_files(tmp_path: Path, state: dict[str, Tensor], suffix: str, kept: int):
    path = tmp_path / f"weights{suffix}"
    save_file(state, path) if suffix == ".safetensors" else torch.save(state, path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(WeightsError, match="damaged or incomplete"):
        read_state_dict(path)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_garbage(tmp_path: Path, suffix: str):
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(WeightsError, match="damaged or incomplete"):
        read_state_dict(path)


def test_a_file_that_would_run_code_is_refused(tmp_path: Path):
    torch.save({"weight": Path("/")}, tmp_path / "evil.pth")
    with pytest.raises(WeightsError):
        read_state_dict(tmp_path / "evil.pth")


def test_a_file_without_tensors_is_refused(tmp_path: Path):
    torch.save({"epoch": 3}, tmp_path / "notes.pth")
    with pytest.raises(WeightsError, match="named tensors"):
        read_state_dict(tmp_path / "notes.pth")


@pytest.mark.parametrize("name", ["denoising_unet.safetensors", "config.json"])
def test_missing_files_are_named(tmp_path: Path, name: str):
    folder = shutil.copytree(EMBEDDED, tmp_path / "model")
    (folder / name).unlink()
    with pytest.raises(WeightsError, match=name):
        load_networks(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"codec": 3}'])
def test_invalid_configurations_are_named(tmp_path: Path, text: str):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(WeightsError, match=r"config\.json"):
        load_networks(tmp_path)


def test_a_model_with_an_autoencoder_needs_its_weights(tmp_path: Path):
    folder = shutil.copytree(EMBEDDED, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config["codec"] = {"block_out_channels": [8], "layers_per_block": 1, "latent_channels": 4, "norm_num_groups": 4}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError, match=r"vae\.safetensors"):
        load_networks(folder)


def test_all_files_of_a_folder_are_listed():
    assert {*WeightFiles.in_folder(EMBEDDED).all} == {*EMBEDDED.glob("*.safetensors")} - {*SMALL_NETS}
