"""From two video files to clips, poses, aligned poses and masks; a leaf that knows no network of ours."""
