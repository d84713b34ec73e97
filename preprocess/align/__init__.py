"""Pose alignment: the target's motion at the source person's position and size, before it drives the edit.

`person` measures the people of both clips: mask boxes, foot points, heights. `placement` turns these into one scale
and foot position a frame. The released rule (`official`) scales each frame by the ratio of the mask heights;
`similarity` uses one scale and one foot point for the whole clip, so that nothing jitters or slides. Bone retargeting
(`bones`) estimates both people's `bone_lengths` with a small network, places the target by them, and then gives the
target's pose the source's proportions (`retarget`): directions and foreshortening of the bones stay the target's.

`partial` restricts the motion to some parts of the body or blends it with the source's. `align` runs these steps;
`report` describes the result and warns of doubtful frames. `recover` estimates the alignment behind poses that were
aligned elsewhere.
"""
