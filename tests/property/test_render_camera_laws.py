"""Laws of the renderer's camera: projection and its inverse, and the signs of its angles."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detection.render.camera import Camera, View

cameras = st.builds(
    Camera,
    hfov_deg=st.floats(40, 120),
    height_m=st.floats(0.8, 3.0),
    pitch_deg=st.floats(-8, 8),
    yaw_deg=st.floats(-10, 10),
    roll_deg=st.floats(-5, 5),
)
views = st.builds(
    View,
    camera=cameras,
    east_m=st.floats(-500, 500),
    north_m=st.floats(-500, 500),
    heading_deg=st.floats(0, 360),
)


def ahead(view: View, forward_m: float, right_m: float) -> np.ndarray:
    """A ground point before the camera, world metres."""
    turn = np.radians(view.heading_deg + view.camera.yaw_deg)
    east = view.east_m + forward_m * np.sin(turn) + right_m * np.cos(turn)
    north = view.north_m + forward_m * np.cos(turn) - right_m * np.sin(turn)
    return np.array([east, north, 0.0])


@given(views, st.floats(4, 80), st.floats(-10, 10))
def test_a_ground_point_comes_back_from_its_pixel(view, forward_m, right_m):
    point = ahead(view, forward_m, right_m)
    pixel, depth = view.project(point)
    if depth > 0.5 and view.rays(pixel)[2] < -0.005:
        assert np.allclose(view.ground(pixel), point[:2], atol=1e-4)


@given(views, st.floats(0, 1279), st.floats(0, 719))
def test_a_pixel_comes_back_from_its_ground_point(view, column, row):
    ground = view.ground([column, row])
    if np.isfinite(ground).all() and np.hypot(*(ground - view.position[:2])) < 1000:
        pixel, _ = view.project([*ground, 0.0])
        assert np.allclose(pixel, [column, row], atol=1e-3)


@given(views)
def test_the_axes_are_a_right_handed_frame(view):
    assert np.allclose(view.axes @ view.axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(view.axes) > 0.999


@given(views)
def test_what_is_above_the_horizon_has_no_ground(view):
    up = view.position + view.axes[2] * 50 + np.array([0.0, 0.0, 30.0])
    pixel, depth = view.project(up)
    if depth > 0 and view.rays(pixel)[2] > 0:
        assert np.isnan(view.ground(pixel)).all()


@given(st.floats(40, 120), st.floats(0.5, 8))
def test_signs_of_the_angles(hfov_deg, angle_deg):
    far = np.array([0.0, 100.0, 1.5])
    column, row = Camera(hfov_deg, 1.5).centre_px

    def seen(**angle):
        return View(Camera(hfov_deg, 1.5, **angle), 0.0, 0.0, 0.0).project(far)[0]

    assert np.allclose(seen(), (column, row))
    assert seen(pitch_deg=angle_deg)[1] < row - 1, "pitched down, the horizon rises"
    assert seen(yaw_deg=angle_deg)[0] < column - 1, "turned right, the view moves left"
    right = np.array([50.0, 100.0, 1.5])
    tilted = View(Camera(hfov_deg, 1.5, roll_deg=angle_deg), 0.0, 0.0, 0.0).project(right)[0]
    assert tilted[1] < row - 0.5, "rolled clockwise, the right of the horizon rises"


@given(st.floats(20, 170))
def test_the_field_of_view_spans_the_width(hfov_deg):
    camera = Camera(hfov_deg, 1.5)
    half = np.degrees(np.arctan(camera.width_px / 2 / camera.focal_px))
    assert abs(2 * half - hfov_deg) < 1e-9
