"""The puppet: a layered 2-D cutout of the source person, warped by its bones to the aligned poses.

It is a first draft of the edit from which sampling starts. `parts` names the body parts and measures the person's
build. In up to 64 source frames `segment_parts` cuts the person into one layer per part, by the distance from the bones
(`part_distances`) and by colour (`part_colours`). For each aligned pose, `frame_selection` chooses the source frame
whose limb is posed most alike, `transforms` computes the transform of each bone, and `render` warps the layers and
composites them over the filled background. `fit_silhouette` adapts the outline to the target mask. `animate` runs all
of it.
"""
