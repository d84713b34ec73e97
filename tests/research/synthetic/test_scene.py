"""Rendered frames and what is true about them."""

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
from motionfollower.research.synthetic.scene.camera import LEAST_FILL, Camera, Framing
from motionfollower.research.synthetic.scene.sampling import sample_scene
from motionfollower.research.synthetic.scene.scene import Renderer, Scene
from motionfollower.research.synthetic.scene.shot import plan_shots
from preprocess.pose.skeleton import BODY, L_ANKLE, L_EYE, R_ANKLE, R_EYE, SEEN

FRAMES = 3


def film(assets: Assets, scene: Scene, *motions: int) -> list[RenderedClip]:
    takes = plan_shots(scene.stage, [make_sequence(assets, seed, 2) for seed in motions], FRAMES)
    renderer = Renderer(assets, scene)
    return [RenderedClip.of(list(renderer.render(take)), scene.fps) for take in takes]


@pytest.fixture(scope="module")
def pair(assets: Assets, scene: Scene) -> list[RenderedClip]:
    """One scene under two motions."""
    return film(assets, scene, 11, 12)


def test_a_scene_is_rendered_the_same_again(assets: Assets, scene: Scene, pair: list[RenderedClip]):
    again = film(assets, scene, 11, 12)
    for one, two in zip(pair, again, strict=True):
        np.testing.assert_array_equal(one.frames, two.frames)
        np.testing.assert_array_equal(one.joints, two.joints)


def test_away_from_the_person_there_is_the_plate(pair: list[RenderedClip]):
    for footage in pair:
        away = (footage.alpha == 0) & ~footage.shadows
        assert away.mean() > 0.3
        differences = np.abs(footage.frames.astype(int) - footage.plates)[away]
        assert np.quantile(differences, 0.99) < 12  # grain, and the softest shadow
        inside = footage.masks.masks
        assert np.abs(footage.frames.astype(int) - footage.plates)[inside].mean() > 20


def test_two_motions_share_place_light_and_grain(pair: list[RenderedClip]):
    one, two = pair
    away = (one.alpha == 0) & (two.alpha == 0) & (one.shade == 255) & (two.shade == 255)
    assert away.mean() > 0.2
    assert np.abs(one.frames[away].astype(int) - two.frames[away]).max() <= 1  # what rounding leaves of a shadow


def test_the_person_fills_a_good_part_of_the_picture(pair: list[RenderedClip]):
    rows = [np.flatnonzero(mask.any(axis=1)) for footage in pair for mask in footage.masks.masks]
    shares = [np.ptp(found) / pair[0].size[1] for found in rows]
    assert 0.35 < min(shares) <= max(shares) < 1
    assert max(shares) > LEAST_FILL


def test_joints_in_sight_lie_on_the_person(pair: list[RenderedClip]):
    for footage in pair:
        for joints, judged, alpha in zip(footage.joints, footage.visibility, footage.alpha, strict=True):
            seen = np.flatnonzero(judged[BODY] == Visibility.SEEN)
            columns, rows = np.rint(joints[seen]).astype(int).T
            assert (alpha[rows, columns] > 0).mean() > 0.9


def test_somebody_from_behind_has_no_eyes_and_joints_outside_none(assets: Assets, scene: Scene):
    (take,) = plan_shots(scene.stage, [play_once(assets, "walk")], 1)
    about_face = take.posed.rotations * np.array([-1, 1, -1])[:, None]
    places = take.posed.positions * np.array([-1, 1, -1])
    waist_up = [view._replace(y=view.y + 60) for view in take.views]
    take = replace(take, posed=replace(take.posed, rotations=about_face, positions=places), views=waist_up)
    (frame,) = Renderer(assets, scene).render(take)
    poses = RenderedClip.of([frame], scene.fps).poses
    assert (frame.visibility[[L_EYE, R_EYE]] != Visibility.SEEN).all()
    assert (frame.visibility[[L_ANKLE, R_ANKLE]] == Visibility.OUTSIDE).all()
    assert (poses.body_scores[0, [L_EYE, R_EYE, L_ANKLE, R_ANKLE]] == 0).all()
    assert (poses.body_scores[0] > SEEN).any()


def test_framings_leave_out_what_they_say(assets: Assets, scene: Scene):
    lowest = {}
    for framing in Framing:
        framed = replace(scene, camera=Camera(framing=framing, fill=0.9))
        (take,) = plan_shots(framed.stage, [play_once(assets, "dance_a")], 1)
        frame = next(Renderer(assets, framed).render(take))
        lowest[framing] = frame.visibility[[L_ANKLE, R_ANKLE]]
    assert (lowest[Framing.WHOLE] != Visibility.OUTSIDE).all()
    assert (lowest[Framing.WAIST_UP] == Visibility.OUTSIDE).all()


def test_a_camera_that_moves_moves_the_plate(assets: Assets, scene: Scene):
    moving = replace(scene, camera=Camera(pan=0.5, shake=0.02, seed=4))
    (footage,) = film(assets, moving, 13)
    assert (footage.plates[0] != footage.plates[-1]).mean() > 0.1


def test_standing_feet_neither_slide_nor_sink(assets: Assets, scene: Scene):
    dancer = scene.dancer
    for seed in range(4):
        fitted = plant_feet(make_sequence(assets, seed, 5), dancer.body.skeleton, dancer.body.sole)
        ankles = dancer.body.skeleton.legs.ankles(fitted)
        floor = np.quantile(ankles[..., 1], 0.02)
        assert ankles[..., 1].min() > floor - 0.02
        low = ankles[..., 1] < floor + 0.02
        slides = np.linalg.norm(np.diff(ankles[..., [0, 2]], axis=0), axis=2)[low[1:] & low[:-1]]
        assert np.median(slides) < 0.002  # metres a frame


def test_looks_differ_in_every_way():
    looks = [sample_appearance(seed) for seed in range(120)]
    assert {look.hair.style for look in looks} == set(HairStyle)
    assert {isinstance(look.bottom, Skirt) for look in looks} == {True, False}
    assert {look.jacket is None for look in looks} == {look.hat is None for look in looks} == {True, False}
    assert len({look.top.cloth.pattern for look in looks}) > 6
    assert sample_appearance(5) == sample_appearance(5)


def test_places_are_of_all_styles_or_the_one_that_is_wanted():
    assert {sample_environment(seed).style for seed in range(60)} == set(Style)
    assert {sample_environment(seed, Style.PARK).style for seed in range(10)} == {Style.PARK}
    assert len({sample_environment(seed, Style.ROOM).colours for seed in range(10)}) == 10


def test_a_seed_is_one_scene(assets: Assets):
    one, two = (sample_scene(assets, 21, (64, 64), 8) for _ in range(2))
    assert (one.place, one.camera) == (two.place, two.camera)
    np.testing.assert_array_equal(one.dancer.mesh.points, two.dancer.mesh.points)
    np.testing.assert_array_equal(one.dancer.skin, two.dancer.skin)
