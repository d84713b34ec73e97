"""The environment: a floor, walls with panels on them, and light.

An `Environment` of plain values is drawn from a seed. For every pixel, a ray from the camera is intersected with the
floor and the walls, and procedural textures give the colour at the hit: this is the backdrop, the image without the
person. The person's shadow on the floor is computed separately, as a factor on the backdrop.

types          the values that describe an environment
sampling       environments drawn from a seed
floors         textures of floors
walls          textures of walls
panels         windows, doors, shelves, posters and paintings on the back wall
backdrop       the ray-cast backdrop with depth of field
floor_shadow   the person's shadow on the floor
"""
