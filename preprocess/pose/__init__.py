"""Pose estimation: from the frames of a clip to one person's joints in every frame.

`skeleton` defines the 128 joints: OpenPose's body, hands and face. `mediapipe` (MediaPipe Holistic) and `dwpose` (a
`yolox` person detector and a `simcc` pose network) detect one person in one frame. `tracking` runs such a detector on
every frame and follows the largest or the selected person in both directions; `observation` selects that person,
interpolates short gaps and collects warnings. `render` draws the joints as the pose images that the pose controller
was trained on, and `parse_render` reads joints back from such images.
"""
