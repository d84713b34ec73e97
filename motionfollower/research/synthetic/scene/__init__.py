"""One character in one environment before one camera, under any number of motions.

A scene is drawn from a seed. Its shots are planned together, so that one camera path frames all of their motions, and
are then rendered frame by frame.

character   mesh, skeleton, skin texture and materials of one person
camera      framing and camera motion: the view of each frame
shot        a motion retargeted to the character and seen by the camera, before rendering
scene       the scene and its renderer: frames with their ground truth
sampling    scenes and cameras drawn from a seed
"""
