"""What pyproject.toml cannot say: a wheel carries `assets/` and `examples/` inside the package."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
BUNDLED = ("assets/embedded/*", "assets/recipes/*.json", "examples/*.mp4", "examples/manifest.json")


class BuildWithAssets(build_py):
    """Build the modules, then copy the bundled files to where `motionfollower.core.assets` looks for them."""

    def run(self) -> None:
        """Start from an empty folder: setuptools would keep modules that an earlier build has left there."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        if not self.editable_mode:  # an editable install finds both in the checkout
            self._copy_bundled()

    def _copy_bundled(self) -> None:
        for file in (file for pattern in BUNDLED for file in ROOT.glob(pattern)):
            copy = Path(self.build_lib, "motionfollower", f"_{file.relative_to(ROOT)}")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)


setup(cmdclass={"build_py": BuildWithAssets})
