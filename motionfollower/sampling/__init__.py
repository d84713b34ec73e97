"""The MotionFollower sampler: it denoises the reconstruction and the edit of a clip, two branches in lockstep.

Both branches start from the same noise and see the source clip's appearance features and CLIP tokens; the pose
controller gives the reconstruction branch the source poses and the editing branch the aligned target poses. At each
step the reconstruction branch runs first. Its outputs are used in the same step and then discarded: its tapped
features guide the score of the editing branch, and in camera mode its keys and values are injected into the editing
branch's self-attention. No trajectory is stored.

In the order of the data flow:

- `conditioning` holds what the U-Net is conditioned on besides the latents, for the whole clip.
- `ddim` is the noise schedule and the algebra of a DDIM step, without state.
- `step_plan` decides before a run starts which parts of the method act in each step: score guidance, SDE noise,
  repeats, K/V injection, classifier-free guidance, feature reuse.
- `context_windows` cuts a long clip into overlapping windows and blends their outputs.
- `branches` evaluates both branches of one window: `guidance` is the score guidance between them, `feature_cache`
  the reuse of deep features between steps (DeepCache).
- `evaluator` evaluates a step over all windows, and `sampler` takes the steps.
"""
