"""Person segmentation: source masks, their refinement by clicks, and the prediction of target masks.

Masks of a clip come with its poses or from a network: `mediapipe` cleans the masks of MediaPipe Holistic and falls
back to `selfie` segmentation; `sam` prompts Segment Anything with the pose (`sam_prompts`). Each result is checked
against the joints. A user corrects masks with clicks (`point_prompts`): `refine` segments around each click by GrabCut
or, with `sam`, by Segment Anything, and propagates the change to neighbouring frames.

The target mask is where the source person will be in the aligned poses; it guides the edit and does not exist in any
clip. `limb_profile` measures the person's shape around each bone; `target_mask` combines these profiles with the
target's mask, moved by the alignment; `learned_target_mask` feeds both to a small network instead.
"""
