"""One character in one environment before one camera.

character   mesh, skeleton, skin texture and materials of one person
camera      framing and camera motion; the view of each frame
shot        a motion fitted to the character and seen by the camera, before rendering
scene       the scene and its renderer: frames with their annotations
sampling    scenes and cameras drawn from a seed
"""
