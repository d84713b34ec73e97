"""Ground-truth keypoints of a rendered frame.

The 128 joints of the program's skeleton are weighted means of mesh vertices, so they follow the posed body exactly;
each is projected into the image and compared with the z-buffer to tell whether it is visible. The other annotations,
alpha and shadow, are outputs of the renderer itself.

joints       3-D joint positions of a posed body
visibility   projection, visibility, and the confidence scores derived from it
"""
