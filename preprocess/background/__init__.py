"""Background reconstruction: the clip without its person.

`camera_motion` registers every frame to the first one of its shot by homographies, tracked on the background.
`fill` warps donor frames of a shot onto one plate with them: a pixel that the person hides in one frame is filled from
donor frames that show it. What no frame shows is inpainted once per shot by `inpaint`, so that it does not flicker.
`camera_travel` measures how far the camera moves, from which the camera mode is proposed.
"""
