"""Rendered frames and what is true about them."""

from dataclasses import replace

import numpy as np
import pytest

from motionfollower.dancers.assets.types import Assets
from motionfollower.dancers.body.feet import stand
from motionfollower.dancers.camera import LEAST_FILL, Camera, Framing
from motionfollower.dancers.cast import draw_scene
from motionfollower.dancers.footage import Footage
from motionfollower.dancers.look.draw import draw_look
from motionfollower.dancers.look.types import HairStyle, Skirt
from motionfollower.dancers.motion.sequence import make_sequence, play_once
from motionfollower.dancers.place.draw import draw_place
from motionfollower.dancers.place.types import Style
from motionfollower.dancers.scene import Renderer, Scene
from motionfollower.dancers.take import plan_takes
from motionfollower.dancers.truth.visibility import Visibility
from preprocess.skeleton import BODY, L_ANKLE, L_EYE, R_ANKLE, R_EYE, SEEN

FRAMES = 3


def film(assets: Assets, scene: Scene, *motions: int) -> list[Footage]:
    takes = plan_takes(scene.stage, [make_sequence(assets, seed, 2) for seed in motions], FRAMES)
    renderer = Renderer(assets, scene)
    return [Footage.of(list(renderer.render(take)), scene.fps) for take in takes]


@pytest.fixture(scope="module")
def pair(assets: Assets, scene: Scene) -> list[Footage]:
    """One scene under two motions."""
    return film(assets, scene, 11, 12)


def test_a_scene_is_rendered_the_same_again(assets: Assets, scene: Scene, pair: list[Footage]):
    again = film(assets, scene, 11, 12)
    for one, two in zip(pair, again, strict=True):
        np.testing.assert_array_equal(one.frames, two.frames)
        np.testing.assert_array_equal(one.joints, two.joints)


def test_away_from_the_person_there_is_the_plate(pair: list[Footage]):
    for footage in pair:
        away = (footage.alpha == 0) & ~footage.shadows
        assert away.mean() > 0.3
        differences = np.abs(footage.frames.astype(int) - footage.plates)[away]
        assert np.quantile(differences, 0.99) < 12  # grain, and the softest shadow
        inside = footage.masks.masks
        assert np.abs(footage.frames.astype(int) - footage.plates)[inside].mean() > 20


def test_two_motions_share_place_light_and_grain(pair: list[Footage]):
    one, two = pair
    away = (one.alpha == 0) & (two.alpha == 0) & (one.shade == 255) & (two.shade == 255)
    assert away.mean() > 0.2
    assert np.abs(one.frames[away].astype(int) - two.frames[away]).max() <= 1  # what rounding leaves of a shadow


def test_the_person_fills_a_good_part_of_the_picture(pair: list[Footage]):
    rows = [np.flatnonzero(mask.any(axis=1)) for footage in pair for mask in footage.masks.masks]
    shares = [np.ptp(found) / pair[0].size[1] for found in rows]
    assert 0.35 < min(shares) <= max(shares) < 1
    assert max(shares) > LEAST_FILL


def test_joints_in_sight_lie_on_the_person(pair: list[Footage]):
    for footage in pair:
        for joints, judged, alpha in zip(footage.joints, footage.visibility, footage.alpha, strict=True):
            seen = np.flatnonzero(judged[BODY] == Visibility.SEEN)
            columns, rows = np.rint(joints[seen]).astype(int).T
            assert (alpha[rows, columns] > 0).mean() > 0.9


def test_somebody_from_behind_has_no_eyes_and_joints_outside_none(assets: Assets, scene: Scene):
    (take,) = plan_takes(scene.stage, [play_once(assets, "walk")], 1)
    about_face = take.posed.rotations * np.array([-1, 1, -1])[:, None]
    places = take.posed.positions * np.array([-1, 1, -1])
    waist_up = [view._replace(y=view.y + 60) for view in take.views]
    take = replace(take, posed=replace(take.posed, rotations=about_face, positions=places), views=waist_up)
    (frame,) = Renderer(assets, scene).render(take)
    poses = Footage.of([frame], scene.fps).poses
    assert (frame.visibility[[L_EYE, R_EYE]] != Visibility.SEEN).all()
    assert (frame.visibility[[L_ANKLE, R_ANKLE]] == Visibility.OUTSIDE).all()
    assert (poses.body_scores[0, [L_EYE, R_EYE, L_ANKLE, R_ANKLE]] == 0).all()
    assert (poses.body_scores[0] > SEEN).any()


def test_framings_leave_out_what_they_say(assets: Assets, scene: Scene):
    lowest = {}
    for framing in Framing:
        framed = replace(scene, camera=Camera(framing=framing, fill=0.9))
        (take,) = plan_takes(framed.stage, [play_once(assets, "dance_a")], 1)
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
        fitted = stand(make_sequence(assets, seed, 5), dancer.body.skeleton, dancer.body.sole)
        ankles = dancer.body.skeleton.legs.ankles(fitted)
        floor = np.quantile(ankles[..., 1], 0.02)
        assert ankles[..., 1].min() > floor - 0.02
        low = ankles[..., 1] < floor + 0.02
        slides = np.linalg.norm(np.diff(ankles[..., [0, 2]], axis=0), axis=2)[low[1:] & low[:-1]]
        assert np.median(slides) < 0.002  # metres a frame


def test_looks_differ_in_every_way():
    looks = [draw_look(seed) for seed in range(120)]
    assert {look.hair.style for look in looks} == set(HairStyle)
    assert {isinstance(look.bottom, Skirt) for look in looks} == {True, False}
    assert {look.jacket is None for look in looks} == {look.hat is None for look in looks} == {True, False}
    assert len({look.top.cloth.pattern for look in looks}) > 6
    assert draw_look(5) == draw_look(5)


def test_places_are_of_all_styles_or_the_one_that_is_wanted():
    assert {draw_place(seed).style for seed in range(60)} == set(Style)
    assert {draw_place(seed, Style.PARK).style for seed in range(10)} == {Style.PARK}
    assert len({draw_place(seed, Style.ROOM).colours for seed in range(10)}) == 10


def test_a_seed_is_one_scene(assets: Assets):
    one, two = (draw_scene(assets, 21, (64, 64), 8) for _ in range(2))
    assert (one.place, one.camera) == (two.place, two.camera)
    np.testing.assert_array_equal(one.dancer.mesh.points, two.dancer.mesh.points)
    np.testing.assert_array_equal(one.dancer.skin, two.dancer.skin)
