"""Rendered frames and their annotations."""

from dataclasses import replace

import numpy as np
import pytest

from motionfollower.research.synthetic.annotations.visibility import Visibility
from motionfollower.research.synthetic.appearance.sampling import sample_appearance
from motionfollower.research.synthetic.appearance.types import HairStyle, Skirt
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.body.feet import plant_feet
from motionfollower.research.synthetic.environment.sampling import sample_environment
from motionfollower.research.synthetic.environment.types import Style
from motionfollower.research.synthetic.export.clip import RenderedClip
from motionfollower.research.synthetic.motion.sequence import make_sequence, play_once
from motionfollower.research.synthetic.scene.camera import MIN_FILL, Camera, Framing
from motionfollower.research.synthetic.scene.sampling import sample_scene
from motionfollower.research.synthetic.scene.scene import Renderer, Scene
from motionfollower.research.synthetic.scene.shot import plan_shots
from preprocess.pose.skeleton import BODY, L_ANKLE, L_EYE, R_ANKLE, R_EYE, VISIBLE

FRAMES = 3


def render(assets: Assets, scene: Scene, *motions: int) -> list[RenderedClip]:
    shots = plan_shots(scene.setup, [make_sequence(assets, seed, 2) for seed in motions], FRAMES)
    renderer = Renderer(assets, scene)
    return [RenderedClip.of(list(renderer.render(shot)), scene.fps) for shot in shots]


@pytest.fixture(scope="module")
def pair(assets: Assets, scene: Scene) -> list[RenderedClip]:
    """One scene under two motions."""
    return render(assets, scene, 11, 12)


def test_rendering_is_reproducible(assets: Assets, scene: Scene, pair: list[RenderedClip]):
    again = render(assets, scene, 11, 12)
    for one, two in zip(pair, again, strict=True):
        np.testing.assert_array_equal(one.frames, two.frames)
        np.testing.assert_array_equal(one.joints, two.joints)


def test_frames_equal_the_plate_away_from_the_person(pair: list[RenderedClip]):
    for clip in pair:
        away = (clip.alpha == 0) & ~clip.shadows
        assert away.mean() > 0.3
        differences = np.abs(clip.frames.astype(int) - clip.plates)[away]
        assert np.quantile(differences, 0.99) < 12  # grain, and the faint edge of the shadow
        inside = clip.masks.masks
        assert np.abs(clip.frames.astype(int) - clip.plates)[inside].mean() > 20


def test_two_motions_have_the_same_background_light_and_grain(pair: list[RenderedClip]):
    one, two = pair
    away = (one.alpha == 0) & (two.alpha == 0) & (one.shade == 255) & (two.shade == 255)
    assert away.mean() > 0.2
    assert np.abs(one.frames[away].astype(int) - two.frames[away]).max() <= 1  # shadow below the rounding threshold


def test_the_person_fills_a_large_part_of_the_image(pair: list[RenderedClip]):
    rows = [np.flatnonzero(mask.any(axis=1)) for clip in pair for mask in clip.masks.masks]
    fractions = [np.ptp(covered) / pair[0].size[1] for covered in rows]
    assert 0.35 < min(fractions) <= max(fractions) < 1
    assert max(fractions) > MIN_FILL


def test_visible_joints_lie_on_the_person(pair: list[RenderedClip]):
    for clip in pair:
        for joints, visibility, alpha in zip(clip.joints, clip.visibility, clip.alpha, strict=True):
            seen = np.flatnonzero(visibility[BODY] == Visibility.SEEN)
            columns, rows = np.rint(joints[seen]).astype(int).T
            assert (alpha[rows, columns] > 0).mean() > 0.9


def test_eyes_from_behind_and_joints_outside_have_no_score(assets: Assets, scene: Scene):
    (shot,) = plan_shots(scene.setup, [play_once(assets, "walk")], 1)
    about_face = shot.posed.rotations * np.array([-1, 1, -1])[:, None]
    positions = shot.posed.positions * np.array([-1, 1, -1])
    waist_up = [view._replace(y=view.y + 60) for view in shot.views]
    shot = replace(shot, posed=replace(shot.posed, rotations=about_face, positions=positions), views=waist_up)
    (frame,) = Renderer(assets, scene).render(shot)
    poses = RenderedClip.of([frame], scene.fps).poses
    assert (frame.visibility[[L_EYE, R_EYE]] != Visibility.SEEN).all()
    assert (frame.visibility[[L_ANKLE, R_ANKLE]] == Visibility.OUTSIDE).all()
    assert (poses.body_scores[0, [L_EYE, R_EYE, L_ANKLE, R_ANKLE]] == 0).all()
    assert (poses.body_scores[0] > VISIBLE).any()


def test_framings_cut_off_the_feet(assets: Assets, scene: Scene):
    ankles = {}
    for framing in Framing:
        framed = replace(scene, camera=Camera(framing=framing, fill=0.9))
        (shot,) = plan_shots(framed.setup, [play_once(assets, "dance_a")], 1)
        frame = next(Renderer(assets, framed).render(shot))
        ankles[framing] = frame.visibility[[L_ANKLE, R_ANKLE]]
    assert (ankles[Framing.WHOLE] != Visibility.OUTSIDE).all()
    assert (ankles[Framing.WAIST_UP] == Visibility.OUTSIDE).all()


def test_a_moving_camera_moves_the_plate(assets: Assets, scene: Scene):
    moving = replace(scene, camera=Camera(pan=0.5, shake=0.02, seed=4))
    (clip,) = render(assets, moving, 13)
    assert (clip.plates[0] != clip.plates[-1]).mean() > 0.1


def test_standing_feet_neither_slide_nor_sink(assets: Assets, scene: Scene):
    body = scene.character.body
    for seed in range(4):
        fitted = plant_feet(make_sequence(assets, seed, 5), body.skeleton, body.sole)
        ankles = body.skeleton.legs.ankles(fitted)
        floor = np.quantile(ankles[..., 1], 0.02)
        assert ankles[..., 1].min() > floor - 0.02
        low = ankles[..., 1] < floor + 0.02
        slides = np.linalg.norm(np.diff(ankles[..., [0, 2]], axis=0), axis=2)[low[1:] & low[:-1]]
        assert np.median(slides) < 0.002  # metres per frame


def test_appearances_vary_in_every_attribute():
    appearances = [sample_appearance(seed) for seed in range(120)]
    assert {appearance.hair.style for appearance in appearances} == set(HairStyle)
    assert {isinstance(appearance.bottom, Skirt) for appearance in appearances} == {True, False}
    assert {appearance.jacket is None for appearance in appearances} == {True, False}
    assert {appearance.hat is None for appearance in appearances} == {True, False}
    assert len({appearance.top.cloth.pattern for appearance in appearances}) > 6
    assert sample_appearance(5) == sample_appearance(5)


def test_environments_have_all_styles_or_the_given_one():
    assert {sample_environment(seed).style for seed in range(60)} == set(Style)
    assert {sample_environment(seed, Style.PARK).style for seed in range(10)} == {Style.PARK}
    assert len({sample_environment(seed, Style.ROOM).colours for seed in range(10)}) == 10


def test_a_seed_determines_the_scene(assets: Assets):
    one, two = (sample_scene(assets, 21, (64, 64), 8) for _ in range(2))
    assert (one.environment, one.camera) == (two.environment, two.camera)
    np.testing.assert_array_equal(one.character.mesh.points, two.character.mesh.points)
    np.testing.assert_array_equal(one.character.skin, two.character.skin)
