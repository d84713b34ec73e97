"""The values of a look's materials as the loops over pixels are given them."""

from __future__ import annotations

import numpy as np

from motionfollower.research.synthetic.appearance.types import Appearance, Cloth, Material
from motionfollower.research.synthetic.renderer.colour import linear
from motionfollower.research.synthetic.renderer.types import MaterialTable


def fill_materials(look: Appearance) -> MaterialTable:
    """One row a material; hair and eyes have a colour alone, skin has its texture."""
    plain = Cloth(colour=(0.5, 0.5, 0.5))
    worn = {
        Material.TOP: look.top.cloth,
        Material.BOTTOM: look.bottom.cloth,
        Material.SHOES: look.shoes.cloth,
        Material.JACKET: look.jacket.cloth if look.jacket else plain,
        Material.HAT: look.hat.cloth if look.hat else plain,
        Material.HAIR: Cloth(look.hair.colour),
        Material.EYE: Cloth(look.skin.iris),
    }
    cloths = [worn.get(material, plain) for material in Material]
    return MaterialTable(
        colour=linear([cloth.colour for cloth in cloths]),
        second=linear([cloth.second for cloth in cloths]),
        pattern=np.array([float(cloth.pattern) for cloth in cloths]),
        scale=np.array([cloth.scale for cloth in cloths]),
        share=np.array([cloth.share for cloth in cloths]),
        phase=np.array([cloth.phase for cloth in cloths]),
        folds=np.array([cloth.folds for cloth in cloths]),
        roughness=np.array([cloth.roughness for cloth in cloths]),
        shine=np.array([cloth.shine for cloth in cloths]),
    )
