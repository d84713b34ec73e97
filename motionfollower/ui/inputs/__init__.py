"""What the user enters: the two clips, the settings panel, and points selected in the frames.

`form` turns the values of the settings panel into the configs of the library, and back.
"""
